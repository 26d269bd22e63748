package dev.mto.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.mto.engine.Baselines;
import dev.mto.engine.testing.Sources;
import dev.mto.engine.testing.TinyRun;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The listeners of the page on hooks compile, are found as services, and are told of a run. */
class HooksGuideTest {
  private static final Path GUIDE = Path.of("..", "docs", "hooks.md");
  private static final Pattern JAVA_TYPE =
      Pattern.compile("^public final class (\\w+)", Pattern.MULTILINE);
  private static final Pattern JAVA =
      Pattern.compile("^```java\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
  private static final Pattern SERVICES =
      Pattern.compile("^```\n((?:example\\.\\w+\n)+)^```$", Pattern.MULTILINE);
  private static final String ADDRESS = "MLFLOW_TRACKING_URI";

  @TempDir private static Path compiled;
  @TempDir private Path folder;
  private final List<JsonNode> requests = Collections.synchronizedList(new ArrayList<>());
  private final ClassLoader before = Thread.currentThread().getContextClassLoader();
  private URLClassLoader plugins;
  private HttpServer server;

  @BeforeEach
  void startServerAndAddPlugins() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/api/2.0/mlflow/", this::answer);
    server.start();
    System.setProperty(ADDRESS, "http://localhost:" + server.getAddress().getPort() + "/");
    plugins = new URLClassLoader(new URL[] {compiled.toUri().toURL()}, before);
    Thread.currentThread().setContextClassLoader(plugins);
  }

  @AfterEach
  void endBoth() throws IOException {
    Thread.currentThread().setContextClassLoader(before);
    System.clearProperty(ADDRESS);
    plugins.close();
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String what = exchange.getRequestURI().getPath().replaceFirst(".*/mlflow/", "");
    requests.add(
        new ObjectMapper()
            .createObjectNode()
            .put("what", what)
            .set("body", new ObjectMapper().readTree(exchange.getRequestBody())));
    String text =
        what.equals("runs/create") ? "{\"run\": {\"info\": {\"run_id\": \"abc\"}}}" : "{}";
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @BeforeAll
  static void compile() throws IOException {
    String guide = Files.readString(GUIDE);
    List<Path> sources = new ArrayList<>();
    for (String source : blocks(guide, JAVA)) {
      MatchResult type = JAVA_TYPE.matcher(source).results().findFirst().orElseThrow();
      sources.add(Files.writeString(compiled.resolve(type.group(1) + ".java"), source));
    }
    assertThat(sources).hasSize(2);
    Sources.compile(sources, compiled);
    Path services = Files.createDirectories(compiled.resolve("META-INF/services"));
    Files.writeString(
        services.resolve("dev.mto.engine.hooks.RunListener"), blocks(guide, SERVICES).get(0));
  }

  private static List<String> blocks(String guide, Pattern pattern) {
    return pattern.matcher(guide).results().map(block -> block.group(1)).toList();
  }

  private TinyRun tiny() {
    return new TinyRun(Baselines.named("simmim"), folder, "masking={ratio: 0.5, unit: 8}");
  }

  @Test
  void aRunIsLoggedFromItsBeginningToItsEnd() throws IOException {
    Path run = tiny().train("run");

    assertThat(run.resolve("best-loss.txt")).content().matches("epoch \\d+: 0\\.\\d+\\s+");
    assertThat(run.resolve("mlflow-run.txt")).content().isEqualTo("abc\n");
    assertThat(requests.get(0).at("/what").asText()).isEqualTo("runs/create");
    assertThat(requests.get(0).at("/body/run_name").asText()).isEqualTo("run");
    assertThat(bodies("runs/log-batch", "params"))
        .anyMatch(
            parameter ->
                parameter.get("key").asText().equals("training.base_lr")
                    && parameter.get("value").asDouble() == 5e-3);
    List<JsonNode> losses =
        bodies("runs/log-batch", "metrics").stream()
            .filter(metric -> metric.get("key").asText().equals("loss"))
            .toList();
    List<JsonNode> rows = TinyRun.metrics(run);
    assertThat(losses).hasSameSizeAs(rows).hasSize(24);
    for (int i = 0; i < rows.size(); i++) {
      assertThat(losses.get(i).get("step").asInt()).isEqualTo(i + 1);
      assertThat(losses.get(i).get("value").asDouble())
          .isEqualTo(rows.get(i).get("loss").asDouble());
    }
    assertThat(last().at("/body/status").asText()).isEqualTo("FINISHED");
  }

  @Test
  void aRunThatWasStoppedGoesOnWhereItWasLogged() throws IOException {
    TinyRun tiny = tiny();

    tiny.trainAndStopIn("trainingFeeds", "run", "training.epochs=1");
    assertThat(last().at("/body/status").asText()).isEqualTo("KILLED");
    Path run = tiny.resume("run");

    assertThat(requests).filteredOn(r -> r.at("/what").asText().equals("runs/create")).hasSize(1);
    assertThat(last().at("/body/status").asText()).isEqualTo("FINISHED");
    assertThat(bodies("runs/log-batch", "metrics"))
        .filteredOn(metric -> metric.get("key").asText().equals("loss"))
        .hasSameSizeAs(TinyRun.metrics(run));
  }

  @Test
  void aFailureIsLogged() {
    TinyRun tiny = tiny();

    assertThatThrownBy(() -> tiny.train("run", "training.base_lr=1.0e+30", "training.epochs=1"))
        .hasMessageContaining("step ");

    assertThat(last().at("/body/status").asText()).isEqualTo("FAILED");
  }

  @Test
  void aListenerThatFailsIsWarnedOfOnceAndTheRunGoesOn() throws IOException {
    server.stop(0);

    Path run = tiny().train("run", "training.epochs=1");

    assertThat(TinyRun.metrics(run)).hasSize(6);
    assertThat(Files.readAllLines(run.resolve("train.log")))
        .filteredOn(line -> line.startsWith("warning: the listener"))
        .singleElement()
        .asString()
        .contains("example.MlflowListener", "/api/2.0/mlflow/runs/create cannot be reached");
    assertThat(run.resolve("best-loss.txt")).exists();
  }

  private JsonNode last() {
    return requests.get(requests.size() - 1);
  }

  private List<JsonNode> bodies(String what, String list) {
    List<JsonNode> all = new ArrayList<>();
    for (JsonNode request : requests) {
      if (request.get("what").asText().equals(what)) {
        request.get("body").path(list).forEach(all::add);
      }
    }
    return all;
  }
}
