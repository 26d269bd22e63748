package dev.mto.bench;

import dev.mto.engine.command.WithoutBackend;
import dev.mto.engine.errors.UserException;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code completion}: the script by which a shell completes this command line, as it is now. */
@Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    description = {
      "Prints the script by which bash or zsh completes commands and options of this version."
    },
    footer = {
      "",
      "Install for bash, or zsh:",
      "  echo 'source <(/path/to/mto completion bash)' >> ~/.bashrc",
      "  echo 'source <(/path/to/mto completion zsh)' >> ~/.zshrc",
      "",
      "With the package bash-completion it is read when it is first needed, not in every shell:",
      "  echo 'source <(/path/to/mto completion bash)' \\",
      "      > ~/.local/share/bash-completion/completions/mto",
      "",
      "Try it in this shell:",
      "  source <(./mto completion bash)"
    })
final class CompletionCommand implements Callable<Integer>, WithoutBackend {
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "SHELL",
      completionCandidates = Shells.class,
      description = "bash or zsh; the script is the same and finds out which of them reads it.")
  private String shell;

  /** Shells that read the script. */
  private static final class Shells implements Iterable<String> {
    private static final List<String> ALL = List.of("bash", "zsh");

    @Override
    public Iterator<String> iterator() {
      return ALL.iterator();
    }
  }

  @Override
  public Integer call() {
    if (!Shells.ALL.contains(shell)) {
      throw new UserException(shell + ": is no shell that is known here; give bash or zsh");
    }
    CommandSpec root = spec.root();
    System.out.print(AutoComplete.bash(root.name(), root.commandLine()));
    return 0;
  }
}
