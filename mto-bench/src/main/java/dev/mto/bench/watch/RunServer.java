package dev.mto.bench.watch;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.report.ComparePage;
import dev.mto.engine.report.RunView;
import dev.mto.engine.report.RunsPage;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Shows the runs of a folder to browsers, and changes nothing. Every page is made from a run that
 * was found in the folder: an address names a run, never a file, so that no address leads anywhere
 * else. Where the server listens to this machine alone, so must the name be by which it is asked
 * for: pages of other sites cannot reach it under a name of their own.
 */
final class RunServer implements AutoCloseable {
  private static final int REFRESH_SECONDS = 10;
  private static final int THREADS = 4;
  private static final String RUN = "/run/";
  private static final String BACK = "<p class=\"back\"><a href=\"/\">All runs</a></p>\n";

  private final Path root;
  private final RunFolders runs;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
  private final boolean local;

  /**
   * Starts a server.
   *
   * @param address where it listens; port 0 for any that is free
   * @throws IOException when it cannot listen there
   */
  RunServer(Path root, InetSocketAddress address) throws IOException {
    this.root = root;
    this.runs = new RunFolders(root);
    this.local = address.getAddress().isLoopbackAddress();
    this.server = HttpServer.create(address, 0);
    server.createContext("/", this::handle);
    server.setExecutor(threads);
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String method = exchange.getRequestMethod();
      boolean head = method.equals("HEAD");
      Answer answer;
      if (!head && !method.equals("GET")) {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        answer = Answer.problem(405, "This server only shows: GET and HEAD.");
      } else if (local && !isOwnName(exchange.getRequestHeaders().getFirst("Host"))) {
        answer = Answer.problem(403, "Ask for localhost or 127.0.0.1.");
      } else {
        answer = answer(exchange.getRequestURI());
      }
      send(exchange, answer, head);
    }
  }

  /** Whether a Host header names this machine itself. */
  static boolean isOwnName(String host) {
    return host != null
        && host.matches("(?i)(localhost|127\\.\\d+\\.\\d+\\.\\d+|\\[::1\\])(:\\d+)?");
  }

  /** One page is made at a time, since views of runs are not for several threads. */
  private synchronized Answer answer(URI address) {
    try {
      return answer(address.getPath(), address.getRawQuery());
    } catch (UserException | FileException e) {
      return Answer.problem(500, e.getMessage());
    }
  }

  private Answer answer(String path, String query) {
    if ("/".equals(path)) {
      Map<String, RunView> all = runs.all();
      String shown = all.size() < RunFolders.MOST ? "" : ", the newest alone";
      return Answer.page(RunsPage.html(root + shown, all, REFRESH_SECONDS));
    }
    if ("/compare".equals(path)) {
      return compare(query == null ? "" : query);
    }
    if (path != null && path.startsWith(RUN) && path.endsWith("/")) {
      String name = path.substring(RUN.length(), Math.max(RUN.length(), path.length() - 1));
      return Optional.ofNullable(runs.all().get(name))
          .map(run -> Answer.page(page(run)))
          .orElseGet(RunServer::nothing);
    }
    return nothing();
  }

  private static Answer nothing() {
    return Answer.problem(404, "No such page; / lists the runs.");
  }

  private static String page(RunView run) {
    return run.html(run.state(), "", REFRESH_SECONDS, BACK);
  }

  /** The runs that the query names, or a form to choose some. */
  private Answer compare(String query) {
    Map<String, RunView> all = runs.all();
    Map<String, RunView> chosen = new LinkedHashMap<>();
    for (String part : query.split("&", -1)) {
      if (part.startsWith("run=")) {
        String name = decoded(part.substring("run=".length()));
        if (!all.containsKey(name)) {
          return nothing();
        }
        chosen.put(name, all.get(name));
      }
    }
    return Answer.page(
        chosen.isEmpty()
            ? RunsPage.choice(all.keySet(), BACK)
            : new ComparePage(chosen).html(BACK));
  }

  private static String decoded(String name) {
    try {
      return URLDecoder.decode(name, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return name; // a wrong escape names no run
    }
  }

  private static void send(HttpExchange exchange, Answer answer, boolean head) throws IOException {
    Headers headers = exchange.getResponseHeaders();
    headers.set("Content-Type", answer.contentType() + "; charset=utf-8");
    headers.set(
        "Content-Security-Policy",
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'self';"
            + " base-uri 'none'; frame-ancestors 'none'");
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("X-Frame-Options", "DENY");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
    headers.set("Cross-Origin-Opener-Policy", "same-origin");
    headers.set("Cache-Control", "no-store");
    byte[] body = answer.bytes();
    if (head) {
      headers.set("Content-Length", String.valueOf(body.length));
      exchange.sendResponseHeaders(answer.status(), -1);
      return;
    }
    exchange.sendResponseHeaders(answer.status(), body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
