package dev.mto.bench;

import dev.mto.bench.embed.EmbedCommand;
import dev.mto.bench.embed.SearchCommand;
import dev.mto.bench.evaluate.EvaluateCommand;
import dev.mto.bench.init.InitCommand;
import dev.mto.bench.predict.PredictCommand;
import dev.mto.bench.settings.ConfigCommand;
import dev.mto.bench.study.StudyCellCommand;
import dev.mto.bench.study.StudyCommand;
import dev.mto.bench.watch.CompareCommand;
import dev.mto.bench.watch.ServeCommand;
import dev.mto.bench.weights.WeightsCommand;
import dev.mto.engine.command.CommandLines;
import dev.mto.engine.command.PretrainCommand;
import dev.mto.engine.folder.Provenance;
import java.util.Arrays;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line. */
@Command(
    name = "mto",
    mixinStandardHelpOptions = true,
    versionProvider = Mto.Version.class,
    description = "Pre-training of Vision Transformers with Masked Token Optimization.",
    subcommands = {
      InitCommand.class,
      PretrainCommand.class,
      ConfigCommand.class,
      EvaluateCommand.class,
      EmbedCommand.class,
      SearchCommand.class,
      PredictCommand.class,
      RaucCommand.class,
      StudyCommand.class,
      StudyCellCommand.class,
      AnalyzeCommand.class,
      ServeCommand.class,
      CompareCommand.class,
      WeightsCommand.class,
      DataCommand.class,
      BenchCommand.class,
      DoctorCommand.class,
      CompletionCommand.class,
      HelpCommand.class
    },
    footer = {
      "",
      "Begin with:",
      "  ./mto pretrain --config configs/quickstart.yaml",
      "  ./mto analyze reconstruct --run runs/quickstart --out pictures",
      "",
      "Every command has --help with examples, and --quiet; those that answer with figures have",
      "--json. --debug adds stack traces to errors.",
      "Exit codes: 0 done, 2 wrong input, 1 anything else, 130 stopped by Ctrl-C (resumable)."
    })
public final class Mto implements Runnable {
  /** Versions of this software and what it stands on. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      Map<String, Object> software = Provenance.software();
      return new String[] {
        "mto " + software.get("mto.version") + " (" + software.get("mto.commit") + ")",
        "ND4J " + software.get("nd4j.version") + ", Java " + software.get("java.version")
      };
    }
  }

  @Spec private CommandSpec spec;

  /** Runs the command line and ends the virtual machine with its exit code. */
  public static void main(String[] arguments) {
    if (arguments.length == 1 && arguments[0].equals("--version")) {
      // read this way a version takes a quarter of the time that building the command line takes
      Arrays.stream(new Version().getVersion()).forEach(System.out::println);
      return;
    }
    System.exit(CommandLines.run(new Mto(), arguments));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing, such as pretrain");
  }
}
