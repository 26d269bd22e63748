package dev.mto.engine.collective;

import dev.mto.engine.errors.UserException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.Optional;

/** A port of one of this machine's addresses, where other ranks will call. */
public final class ListeningPort implements AutoCloseable {
  private final ServerSocketChannel channel;
  private final PeerAddress address;

  private ListeningPort(ServerSocketChannel channel, PeerAddress address) {
    this.channel = channel;
    this.address = address;
  }

  /**
   * Listens at the first port that is free.
   *
   * @param at the address on which alone it listens
   * @throws UserException when there is none
   */
  public static ListeningPort open(InetAddress at, PortRange ports) {
    for (int port = ports.first(); port <= ports.last(); port++) {
      Optional<ListeningPort> open = open(at, port);
      if (open.isPresent()) {
        return open.get();
      }
    }
    throw new UserException(
        "--ports %d-%d: none is free on %s; give more or others"
            .formatted(ports.first(), ports.last(), at));
  }

  private static Optional<ListeningPort> open(InetAddress at, int port) {
    try {
      ServerSocketChannel channel = ServerSocketChannel.open();
      try {
        channel.bind(new InetSocketAddress(at, port));
        int bound = ((InetSocketAddress) channel.getLocalAddress()).getPort();
        return Optional.of(
            new ListeningPort(
                channel, new PeerAddress(at.getHostName(), at.getHostAddress(), bound)));
      } catch (IOException e) {
        channel.close();
        return Optional.empty();
      }
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Where this rank can be reached. */
  public PeerAddress address() {
    return address;
  }

  ServerSocketChannel channel() {
    return channel;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      return; // nobody can call any more
    }
  }
}
