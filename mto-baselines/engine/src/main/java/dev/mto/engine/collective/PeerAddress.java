package dev.mto.engine.collective;

/**
 * Where a rank can be reached.
 *
 * @param host name of its machine, for people
 * @param ip its address in numbers
 */
public record PeerAddress(String host, String ip, int port) {
  /** The address in a line. */
  public String text() {
    return host + "|" + ip + "|" + port;
  }

  /** What {@link #text} wrote. */
  public static PeerAddress parse(String text) {
    String[] parts = text.split("\\|", -1);
    return new PeerAddress(parts[0], parts[1], Integer.parseInt(parts[2]));
  }
}
