package dev.mto.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs({OS.LINUX, OS.MAC})
class CompletionCommandTest {
  @TempDir private Path folder;
  private Path script;

  @BeforeEach
  void writeScript() throws IOException {
    Execution run = Execution.of("completion", "bash");
    run.assertDone();
    script = Files.writeString(folder.resolve("mto-completion"), run.out());
  }

  @Test
  void bashAcceptsTheScript() throws Exception {
    assertThat(bash("-n", script.toString())).isEmpty();
  }

  @Test
  void bashCompletesCommandsAndOptions() throws Exception {
    assertThat(completed("pret")).containsExactly("pretrain");
    assertThat(completed("evaluate", "fine")).containsExactly("finetune");
    assertThat(completed("pretrain", "--res")).containsExactly("--resume");
    assertThat(completed("rauc", "--qui")).containsExactly("--quiet");
    assertThat(completed("study-")).isEmpty();
  }

  @Test
  void otherShellsAreRefused() {
    Execution.of("completion", "fish").assertRefused("fish: is no shell that is known here");
  }

  private List<String> completed(String... words) throws Exception {
    return bash(
            "-c",
            "compopt() { :; }; source %s; COMP_WORDS=(mto %s); COMP_CWORD=%d; _complete_mto; printf '%%s\\n' \"${COMPREPLY[@]}\""
                .formatted(script, String.join(" ", words), words.length))
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .toList();
  }

  private static String bash(String... arguments) throws Exception {
    Process process =
        new ProcessBuilder(Execution.joined(new String[] {"bash"}, arguments))
            .redirectErrorStream(true)
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(out).isZero();
    return out;
  }
}
