package dev.mto.speed.step;

import dev.mto.engine.collective.Collective;
import dev.mto.engine.collective.ListeningPort;
import dev.mto.engine.collective.PeerAddress;
import dev.mto.engine.collective.PortRange;
import dev.mto.engine.collective.TcpCollective;
import dev.mto.engine.collective.TimeLimits;
import dev.mto.engine.command.JsonOutput;
import dev.mto.engine.command.WithoutBackend;
import dev.mto.engine.errors.UserException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code bench exchange}: what several workers add to a step, on one machine or between several.
 */
@Command(
    name = "exchange",
    mixinStandardHelpOptions = true,
    description = {
      "The time in which workers sum their gradients over this machine's loopback, and gather what a"
          + " step measured.",
      "",
      "With --hosts over the network between machines: start it on each of them within a minute, with"
          + " the same list. What is sent are zeros, and anybody who can connect may take part."
    },
    footer = {
      "",
      "Examples:",
      "  ./mto bench exchange",
      "  ./mto bench exchange --workers 4 --parameters 5.7",
      "  ./mto bench exchange --hosts 10.0.0.1,10.0.0.2 --rank 0     # and --rank 1 on the other"
    })
public final class ExchangeCommand implements Callable<Integer>, WithoutBackend {
  private static final int RECORD = 1 << 10; // bytes that a worker tells of a step
  private static final int BLOCK = 1 << 22; // elements, as gradients are summed
  private static final int PORT = 40_400;
  private static final byte[] NO_SECRET = {0};
  private static final Pattern HOST = Pattern.compile("([^:]+)(?::(\\d+))?");

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "A power of two, all on this machine (default: 2).")
  private Integer workers;

  @Option(
      names = "--hosts",
      paramLabel = "HOST[:PORT]",
      split = ",",
      description =
          "Machines of the workers in the order of their ranks, instead of --workers; of IPv6 by"
              + " name (port by default: "
              + PORT
              + ").")
  private List<String> hosts = List.of();

  @Option(names = "--rank", paramLabel = "N", description = "This machine's place there, from 0.")
  private Integer rank;

  @Option(
      names = "--parameters",
      paramLabel = "MILLIONS",
      defaultValue = "86",
      description = "How many are trained; a ViT-B has 86 (default: ${DEFAULT-VALUE}).")
  private double parameters;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "7",
      description = "How often it is timed (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Mixin private JsonOutput json = new JsonOutput();

  @Override
  public Integer call() {
    boolean here = hosts.isEmpty();
    if (!here && workers != null) {
      throw new UserException("--workers and --hosts: give one of them");
    }
    int size = size();
    if (size < 2 || Integer.bitCount(size) != 1) {
      throw new UserException(
          (here ? "--workers " + size : "--hosts: " + size + " machines") + ": give 2, 4, 8 ...");
    }
    boolean fits = here ? rank == null : rank != null && rank >= 0 && rank < size;
    if (!fits) {
      throw new UserException(
          "--hosts and --rank: give both, the rank from 0 to " + (size - 1) + ", or neither");
    }
    if (!(parameters > 0 && parameters <= 10_000) || rounds < 1) {
      throw new UserException("--parameters and --rounds: give numbers greater than 0");
    }
    double[] millis = here ? onThisMachine() : asRank(hosts.stream().map(this::address).toList());
    Arrays.sort(millis);
    double least = millis[0];
    double median = millis[millis.length / 2];
    System.out.println(
        String.format(
            Locale.ROOT,
            "%d workers, %.1f million parameters: %.1f ms a step at least, %.1f in the middle of %d;"
                + " each sends and receives %.0f MB",
            size,
            parameters,
            least,
            median,
            rounds,
            megabytes()));
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("workers", size);
    figures.put("parameters_millions", parameters);
    figures.put("ms_min", least);
    figures.put("ms_median", median);
    figures.put("megabytes_sent", megabytes());
    json.write(figures);
    return 0;
  }

  private int size() {
    if (!hosts.isEmpty()) {
      return hosts.size();
    }
    return workers == null ? 2 : workers;
  }

  private double megabytes() {
    return 2 * parameters * Float.BYTES * (size() - 1) / size();
  }

  private PeerAddress address(String text) {
    Matcher parts = HOST.matcher(text);
    try {
      if (parts.matches()) {
        int port = parts.group(2) == null ? PORT : PortRange.parse(parts.group(2)).first();
        String ip = InetAddress.getByName(parts.group(1)).getHostAddress();
        return new PeerAddress(parts.group(1), ip, port);
      }
    } catch (UnknownHostException e) {
      throw new UserException("--hosts: " + text + ": no machine of this name is known", e);
    }
    throw new UserException("--hosts: " + text + ": give HOST or HOST:PORT");
  }

  private double[] asRank(List<PeerAddress> addresses) {
    try (Collective collective =
        TcpCollective.connect(
            rank, addresses, listening(addresses.get(rank)), NO_SECRET, TimeLimits.usual())) {
      return rounds(collective);
    }
  }

  private ListeningPort listening(PeerAddress own) {
    try {
      return ListeningPort.open(
          InetAddress.getByName(own.ip()), new PortRange(own.port(), own.port()));
    } catch (UserException | UnknownHostException e) {
      throw new UserException(
          "--rank %d: this machine cannot listen at %s:%d; is it that of this rank, and the port free?"
              .formatted(rank, own.host(), own.port()),
          e);
    }
  }

  private double[] onThisMachine() {
    byte[] token = new byte[32];
    new SecureRandom().nextBytes(token);
    List<ListeningPort> ports = new ArrayList<>();
    for (int each = 0; each < size(); each++) {
      ports.add(ListeningPort.open(InetAddress.getLoopbackAddress(), PortRange.any()));
    }
    List<PeerAddress> addresses = ports.stream().map(ListeningPort::address).toList();
    ExecutorService threads = Executors.newFixedThreadPool(size());
    try {
      List<Future<double[]>> all = new ArrayList<>();
      for (int each = 0; each < size(); each++) {
        int own = each;
        all.add(
            threads.submit(
                () -> {
                  try (Collective collective =
                      TcpCollective.connect(
                          own, addresses, ports.get(own), token, TimeLimits.usual())) {
                    return rounds(collective);
                  }
                }));
      }
      double[] first = all.get(0).get();
      for (Future<double[]> each : all) {
        each.get();
      }
      return first;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } finally {
      threads.shutdownNow();
    }
  }

  private double[] rounds(Collective collective) {
    FloatBuffer block =
        ByteBuffer.allocateDirect(BLOCK * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    double[] millis = new double[rounds];
    for (int round = -1; round < rounds; round++) { // the first warms up
      collective.gather(new byte[0]);
      long before = System.nanoTime();
      collective.gather(new byte[RECORD]);
      for (long left = Math.round(parameters * 1e6); left > 0; left -= BLOCK) {
        collective.sum(block.slice(0, (int) Math.min(left, BLOCK)));
      }
      if (round >= 0) {
        millis[round] = (System.nanoTime() - before) / 1e6;
      }
    }
    return millis;
  }
}
