package dev.mto.bench.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunServerTest {
  private static final String SECRET = "not-to-be-shown";
  private static final int PATIENCE_MILLIS = 10_000;

  @TempDir private Path folder;
  private Path runs;
  private RunServer server;

  @BeforeEach
  void start() throws IOException {
    Files.writeString(folder.resolve("secret"), SECRET);
    Files.createDirectories(folder.resolve("outside"));
    Files.writeString(folder.resolve("outside/config.yaml"), "baseline: " + SECRET + "\n");
    runs = Files.createDirectories(folder.resolve("runs"));
    run("first", "{\"step\":1,\"epoch\":1,\"loss\":0.5}\n");
    Files.writeString(runs.resolve("notes.txt"), SECRET);
    Files.createDirectories(runs.resolve("no-run"));
    server = new RunServer(runs, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Path run(String name, String metrics) throws IOException {
    Path run = Files.createDirectories(runs.resolve(name));
    Files.writeString(run.resolve("config.yaml"), "baseline: simmim\ntraining: {epochs: 4}\n");
    Files.writeString(run.resolve("metrics.jsonl"), metrics);
    return run;
  }

  @Test
  void listsRunsAndNothingElse() throws IOException {
    run("deeper/second", "");
    run("a/b/c/fourth", "");
    run("a/b/c/d/fifth", "");

    assertThat(get("/"))
        .startsWith("HTTP/1.1 200")
        .contains("<a href=\"/run/first/\">first</a>")
        .contains("<a href=\"/run/deeper/second/\">deeper/second</a>")
        .contains("<a href=\"/run/a/b/c/fourth/\">a/b/c/fourth</a>")
        .contains("3 runs of")
        .doesNotContain("no-run", "notes.txt", SECRET);
  }

  @Test
  void aLinkToTheFolderOfRunsIsFollowed() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("linked"), runs);
    assertThat(new RunFolders(ServeCommand.folder(link)).all()).containsOnlyKeys("first");
  }

  @Test
  void showsWhatARunHasLoggedSince() throws IOException {
    assertThat(get("/run/first/")).contains("SimMIM", "epoch 1 of 4", "href=\"/\"");

    Files.writeString(
        runs.resolve("first/metrics.jsonl"),
        "{\"step\":2,\"epoch\":2,\"loss\":0.25}\n",
        StandardOpenOption.APPEND);
    assertThat(get("/run/first/")).contains("epoch 2 of 4");
    assertThat(get("/")).contains(">2 of 4</td>", "http-equiv=\"refresh\"");
  }

  @Test
  void comparesTheRunsThatAreNamed() throws IOException {
    run("a&b <i>", "{\"step\":1,\"epoch\":1,\"loss\":0.4}\n");

    assertThat(get("/compare")).contains("value=\"a&amp;b &lt;i&gt;\"").doesNotContain("<i>");
    assertThat(get("/compare?run=first&run=a%26b+%3Ci%3E"))
        .contains("2 runs compared", "a&amp;b &lt;i&gt;")
        .doesNotContain("<i>");
    assertThat(get("/compare?run=..%2Foutside")).startsWith("HTTP/1.1 404");
    assertThat(get("/run/a&b%20%3Ci%3E/")).startsWith("HTTP/1.1 200");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/secret",
        "/../secret",
        "/run/../../secret",
        "/run/../secret/",
        "/run/../outside/",
        "/run/%2e%2e/outside/",
        "/run/..%2foutside/",
        "/run/%2e%2e%2foutside/",
        "/run/%252e%252e%252foutside/",
        "/run/..%5coutside/",
        "/run/first/../../outside/",
        "/run/first/config.yaml",
        "/run/first/config.yaml/",
        "/run/first/metrics.jsonl",
        "/run/first",
        "/run/no-run/",
        "/run/notes.txt",
        "/run//",
        "/run/",
        "/run",
        "//",
        "//etc/passwd",
        "/run/first%00/",
        "/run/%ff/",
        "/run/link/",
        "/run/inner/",
        "/run/log/",
        "/run/painted/",
        "/run/judged/",
        "/run/kept/",
        "/run/listed/",
        "/notes.txt",
        "/favicon.ico",
      })
  void noAddressLeadsOutOfTheRuns(String address) throws IOException {
    Files.createSymbolicLink(runs.resolve("link"), folder.resolve("outside"));
    Path inner = Files.createDirectories(runs.resolve("inner"));
    Files.createSymbolicLink(inner.resolve("config.yaml"), folder.resolve("outside/config.yaml"));
    Path log = run("log", "");
    Files.createSymbolicLink(log.resolve("provenance.json"), folder.resolve("secret"));
    Path painted = run("painted", "");
    Files.createDirectories(painted.resolve("pictures"));
    Files.createSymbolicLink(painted.resolve("pictures/a.png"), folder.resolve("secret"));
    Path judged = Files.createDirectories(run("judged", "").resolve("evaluate"));
    Files.createSymbolicLink(judged.resolve("knn"), folder.resolve("outside"));
    Path kept = Files.createDirectories(run("kept", "").resolve("checkpoints"));
    Files.createSymbolicLink(kept.resolve("last.safetensors"), folder.resolve("secret"));

    Files.createSymbolicLink(
        run("listed", "").resolve("bad-images-1.txt"), folder.resolve("secret"));

    assertThat(get(address)).startsWith("HTTP/1.1 4").doesNotContain(SECRET);
    assertThat(get("/")).contains("1 runs of").doesNotContain(SECRET);
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"})
  void onlyShows(String method) throws IOException {
    String answer = ask(method, "/run/first/", "localhost");

    assertThat(answer).startsWith("HTTP/1.1 405").containsIgnoringCase("Allow: GET, HEAD");
    assertThat(runs.resolve("first/metrics.jsonl")).isNotEmptyFile();
  }

  @Test
  void aHeadHasNoBody() throws IOException {
    assertThat(ask("HEAD", "/", "localhost"))
        .startsWith("HTTP/1.1 200")
        .containsIgnoringCase("Content-Type: text/html; charset=utf-8")
        .endsWith("\r\n\r\n");
  }

  @Test
  void otherSitesCannotReachItUnderANameOfTheirOwn() throws IOException {
    assertThat(ask("GET", "/", "evil.example")).startsWith("HTTP/1.1 403");
    assertThat(ask("GET", "/", "localhost.evil.example:80")).startsWith("HTTP/1.1 403");
    assertThat(ask("GET", "/", "127.0.0.1:" + server.port())).startsWith("HTTP/1.1 200");
    assertThat(RunServer.isOwnName("[::1]:8123")).isTrue();
    assertThat(RunServer.isOwnName(null)).isFalse();
  }

  @Test
  void everyAnswerTellsTheBrowserToTrustNothingElse() throws IOException {
    for (String address : new String[] {"/", "/run/first/", "/nothing"}) {
      assertThat(get(address))
          .containsIgnoringCase("Content-Security-Policy: default-src 'none';")
          .containsIgnoringCase("X-Content-Type-Options: nosniff")
          .containsIgnoringCase("X-Frame-Options: DENY")
          .containsIgnoringCase("Cache-Control: no-store")
          .doesNotContain("<script");
    }
  }

  @Test
  void aDamagedRunIsNamedAndDoesNotHideTheOthers() throws IOException {
    run("damaged", "nonsense\n{\"step\":1}\n");

    assertThat(get("/")).contains("first</a>", "metrics.jsonl, line 1: not a JSON object");
    assertThat(get("/run/damaged/")).startsWith("HTTP/1.1 500").contains("line 1");
  }

  private String get(String address) throws IOException {
    return ask("GET", address, "localhost:" + server.port());
  }

  /** As it is, since clients tidy addresses up. */
  private String ask(String method, String address, String host) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      String request =
          "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
              .formatted(method, address, host);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
