package dev.mto.bench.watch;

import dev.mto.engine.command.CommandLines;
import dev.mto.engine.command.WithoutBackend;
import dev.mto.engine.errors.UserException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code serve}. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Shows the runs of a folder in a browser while they go on: a table of all of them, the report"
          + " of each, and several compared. Changes nothing; ends with Ctrl-C.",
      "",
      "There is no password: whoever reaches the address sees the runs, their settings and their"
          + " pictures. By default that is this machine alone."
    },
    footer = {
      "",
      "Examples:",
      "  ./mto serve runs",
      "  ./mto serve runs --port 9000",
      "  ssh -L 8123:localhost:8123 TRAINING-MACHINE        # from elsewhere, while serve runs there"
    })
public final class ServeCommand implements Callable<Integer>, WithoutBackend {
  @Parameters(
      arity = "0..1",
      paramLabel = "DIR",
      defaultValue = "runs",
      description = "The folder; runs up to four levels below are found (default: runs).")
  private Path root;

  @Option(
      names = "--port",
      paramLabel = "P",
      defaultValue = "8123",
      description = "Where to listen; 0 for any that is free (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--host",
      paramLabel = "H",
      defaultValue = "127.0.0.1",
      description =
          "On which address to listen; 0.0.0.0 opens it to the network (default:"
              + " ${DEFAULT-VALUE}).")
  private String host;

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (RunServer server = new RunServer(folder(root), address())) {
      String shown = host.contains(":") ? "[" + host + "]" : host;
      System.out.printf(
          "http://%s:%d/ shows the runs of %s; Ctrl-C ends%n", shown, server.port(), root);
      CommandLines.tellLastLine();
      new CountDownLatch(1).await();
    } catch (BindException e) {
      throw new UserException(
          "--port %d: cannot listen on %s (%s); name another port, or 0 for any that is free"
              .formatted(port, host, e.getMessage()),
          e);
    }
    return 0;
  }

  /** The folder itself, also where a link to it is given; of links in it none is followed. */
  static Path folder(Path root) throws IOException {
    if (!Files.isDirectory(root)) {
      throw new UserException(root + ": is no folder; give the folder of your runs, such as runs");
    }
    return root.toRealPath();
  }

  private InetSocketAddress address() {
    if (port < 0 || port > 65_535) {
      throw new UserException("--port " + port + ": must be between 0 and 65535");
    }
    try {
      return new InetSocketAddress(InetAddress.getByName(host), port);
    } catch (UnknownHostException e) {
      throw new UserException(
          "--host " + host + ": is no address of this machine; leave it out, or give 0.0.0.0", e);
    }
  }
}
