package dev.mto.bench.weights;

import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.weights.ModelWeights;
import dev.mto.engine.weights.TrainedModel;
import dev.mto.models.weights.SharedRelativeBias;
import dev.mto.models.weights.WeightNames;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weights export}. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Writes a trained model for other code: safetensors under the names that it looks for, or the"
          + " encoder as a SameDiff graph. A file that holds the encoder alone is enough where only"
          + " that is exported.",
      "Official names are kept for a part as well: SimMIM's encoder begins with 'encoder.', which"
          + " its official fine-tuning takes off itself. A SameDiff file has the placeholder"
          + " 'images' [B, C, H, W] of normalised pixels and the outputs 'tokens' [B, 1+N, D] and"
          + " 'features' [B, N, D]; SameDiff.load(file, false) reads it without any class of"
          + " ours."
    },
    footer = {
      "",
      "Examples:",
      "  ./mto weights export --run runs/quickstart --out simmim.safetensors",
      "  ./mto weights export --run runs/mae-vit-base --names huggingface --out model.safetensors",
      "  ./mto weights export --run runs/quickstart --part encoder --per-block-bias \\",
      "      --out fine-tuning.safetensors",
      "  ./mto weights export --run runs/quickstart --format samediff --out encoder.fb",
      "  ./mto weights export --weights mae.safetensors --config configs/mae-vit-base.yaml \\",
      "      --part encoder --names timm --out timm.safetensors"
    })
final class ExportCommand implements Runnable {
  private static final String ENCODER = "encoder.";

  private enum Part {
    MODEL,
    ENCODER,
    TEACHER
  }

  private enum Format {
    SAFETENSORS,
    SAMEDIFF
  }

  @Mixin private ChosenModel source;

  @Mixin private OutputFile out;

  @Option(
      names = "--names",
      paramLabel = "NAMES",
      defaultValue = "official",
      description =
          "official, timm or huggingface; the last two for mae only, timm for its encoder only"
              + " (default: ${DEFAULT-VALUE}).")
  private WeightNames names;

  @Option(
      names = "--part",
      paramLabel = "PART",
      description =
          "model, encoder, or teacher under the names of the model (default: model; encoder for"
              + " samediff).")
  private Part part;

  @Option(
      names = "--per-block-bias",
      description =
          "Gives each block its own copy of the shared relative position bias, for fine-tuning.")
  private boolean perBlockBias;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "safetensors",
      description = "safetensors or samediff (default: ${DEFAULT-VALUE}).")
  private Format format;

  @Override
  public void run() {
    checkChoices();
    out.check();
    TrainedModel trained = source.open();
    String baseline = trained.config().baseline();
    if (format == Format.SAMEDIFF) {
      out.write(trained.encoder()::writeSameDiff);
      System.out.println("wrote " + out.path() + ": the frozen encoder");
      return;
    }
    Map<String, INDArray> tensors = tensors(trained);
    try {
      tensors = names.fromOfficial(baseline, tensors);
    } catch (IllegalArgumentException e) {
      throw new UserException("--names: " + e.getMessage(), e);
    }
    out.writeSafeTensors(tensors, baseline, names);
  }

  private void checkChoices() {
    if (format == Format.SAMEDIFF && part != null && part != Part.ENCODER) {
      throw new UserException("--format samediff holds the encoder; leave --part out");
    }
    if (format == Format.SAMEDIFF && (perBlockBias || names != WeightNames.OFFICIAL)) {
      throw new UserException(
          "--format samediff holds a graph, not names; leave --names and --per-block-bias out");
    }
    if (perBlockBias && (part == null || part == Part.MODEL)) {
      throw new UserException(
          "--per-block-bias is for fine-tuning, pre-training shares one: add --part encoder");
    }
  }

  private Map<String, INDArray> tensors(TrainedModel trained) {
    RunConfig config = trained.config();
    Map<String, INDArray> tensors = chosen(trained);
    return perBlockBias ? perBlockBias(config.baseline(), tensors, config.vit().depth()) : tensors;
  }

  private Map<String, INDArray> chosen(TrainedModel trained) {
    if (part == Part.ENCODER) {
      return trained.encoder().tensors();
    }
    ModelWeights weights = trained.whole();
    if (part == Part.TEACHER) {
      if (!weights.hasTeacher()) {
        throw new UserException(
            "--part teacher: " + trained.config().baseline() + " has no teacher; use model");
      }
      return weights.teacher();
    }
    return weights.tensors();
  }

  /** A shared relative position bias given to each block; names keep SimMIM's prefix. */
  private static Map<String, INDArray> perBlockBias(
      String baseline, Map<String, INDArray> tensors, int depth) {
    boolean prefixed = tensors.keySet().stream().allMatch(name -> name.startsWith(ENCODER));
    String prefix = prefixed ? ENCODER : "";
    Map<String, INDArray> plain = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> plain.put(name.substring(prefix.length()), tensor));
    Map<String, INDArray> named = new LinkedHashMap<>();
    try {
      SharedRelativeBias.perBlock(plain, depth)
          .forEach((name, tensor) -> named.put(prefix + name, tensor));
    } catch (IllegalArgumentException e) {
      throw new UserException(
          "--per-block-bias: " + baseline + " has no shared relative position bias; leave it out",
          e);
    }
    return named;
  }
}
