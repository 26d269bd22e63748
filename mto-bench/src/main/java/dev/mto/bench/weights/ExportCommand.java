package dev.mto.bench.weights;

import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.onnx.OnnxFile;
import dev.mto.engine.weights.ModelWeights;
import dev.mto.engine.weights.TrainedModel;
import dev.mto.evaluation.TrainedClassifier;
import dev.mto.models.weights.ClassifierNames;
import dev.mto.models.weights.SharedRelativeBias;
import dev.mto.models.weights.WeightNames;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
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
          + " encoder as a graph of SameDiff or ONNX. A file that holds the encoder alone is enough"
          + " where only that is exported.",
      "With --job, the classifier that evaluate finetune, linear or attentive has trained: encoder and"
          + " head, from 'images' to 'logits' and 'probabilities' [B, K] as samediff or onnx.",
      "Official names are kept for a part as well: SimMIM's encoder begins with 'encoder.', which"
          + " its official fine-tuning takes off itself. A graph has the input 'images'"
          + " [B, C, H, W] of normalised pixels and the outputs 'tokens' [B, 1+N, D] and 'features'"
          + " [B, N, D]. ONNX says in its metadata how images are made; SameDiff is read by"
          + " SameDiff.load(file, false) without any class of ours."
    },
    footer = {
      "",
      "Examples:",
      "  ./mto weights export --run runs/quickstart --out simmim.safetensors",
      "  ./mto weights export --run runs/mae-vit-base --names huggingface --out model.safetensors",
      "  ./mto weights export --run runs/quickstart --part encoder --per-block-bias \\",
      "      --out fine-tuning.safetensors",
      "  ./mto weights export --run runs/quickstart --format samediff --out encoder.fb",
      "  ./mto weights export --run runs/quickstart --checkpoint 10 --format onnx --out encoder.onnx",
      "  ./mto weights export --job runs/mae-tiny/evaluate/finetune --format onnx \\",
      "      --out classifier.onnx",
      "  ./mto weights export --job runs/mae-vit-base/evaluate/finetune --names timm \\",
      "      --out timm.safetensors",
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
    SAMEDIFF,
    ONNX
  }

  @Mixin private ChosenModel source;

  @Option(
      names = "--job",
      paramLabel = "DIR",
      description =
          "Instead of a run: the folder of a job of evaluate finetune, linear or attentive, whose"
              + " classifier is written.")
  private Path job;

  @Option(
      names = "--best",
      description = "With --job: the weights of the best epoch instead of the last.")
  private boolean best;

  @Mixin private OutputFile out;

  @Option(
      names = "--names",
      paramLabel = "NAMES",
      defaultValue = "official",
      description =
          "official, timm or huggingface (default: ${DEFAULT-VALUE}). Of a run, timm is for mae's"
              + " encoder, huggingface for mae (ViTMAE, ViT) and for encoders of the others (Beit);"
              + " of a job, both are for classifiers that their classes compute. huggingface writes"
              + " config.json and preprocessor_config.json beside the file.")
  private WeightNames names;

  @Option(
      names = "--part",
      paramLabel = "PART",
      description =
          "model, encoder, or teacher under the names of the model (default: model; encoder for"
              + " samediff and onnx).")
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
      description = "safetensors, samediff or onnx (default: ${DEFAULT-VALUE}).")
  private Format format;

  @Override
  public void run() {
    checkChoices();
    out.check();
    if (names == WeightNames.HUGGINGFACE) {
      out.checkBeside("config.json", "preprocessor_config.json");
    }
    if (job != null) {
      exportJob();
      return;
    }
    TrainedModel trained = source.open();
    String baseline = trained.config().baseline();
    if (format == Format.ONNX) {
      writeOnnx(trained);
      return;
    }
    if (format == Format.SAMEDIFF) {
      out.write(trained.encoder()::writeSameDiff);
      System.out.println("wrote " + out.path() + ": the frozen encoder");
      return;
    }
    Map<String, INDArray> tensors = tensors(trained);
    try {
      if (names == WeightNames.HUGGINGFACE && part == Part.ENCODER && isBeit(tensors)) {
        writeBeit(trained, tensors);
        return;
      }
      tensors = names.fromOfficial(baseline, tensors);
    } catch (IllegalArgumentException e) {
      throw new UserException("--names: " + e.getMessage(), e);
    }
    out.writeSafeTensors(tensors, baseline, names);
    if (names == WeightNames.HUGGINGFACE) {
      HuggingFaceConfig config = new HuggingFaceConfig(trained.config());
      config.write(part == Part.ENCODER ? config.vit() : config.vitMae(), out);
    }
  }

  private static boolean isBeit(Map<String, INDArray> encoder) {
    return encoder.keySet().stream().anyMatch(name -> name.endsWith("blocks.0.attn.q_bias"));
  }

  private void writeBeit(TrainedModel trained, Map<String, INDArray> encoder) {
    Map<String, INDArray> plain = new LinkedHashMap<>();
    encoder.forEach((name, tensor) -> plain.put(name.replaceFirst("^encoder\\.", ""), tensor));
    out.writeSafeTensors(ClassifierNames.beit(plain), trained.config().baseline(), names);
    HuggingFaceConfig config = new HuggingFaceConfig(trained.config());
    config.write(config.beit(plain), out);
  }

  private void exportJob() {
    source.refuseIfGiven("--job names a classifier of its own");
    Consumer<String> warn = System.err::println;
    try (TrainedClassifier classifier = TrainedClassifier.ofJob(job, best, warn)) {
      ClassifierExport export = new ClassifierExport(classifier, out);
      switch (format) {
        case ONNX -> export.onnx();
        case SAMEDIFF -> export.sameDiff();
        case SAFETENSORS -> export.safeTensors(names);
      }
    }
  }

  private void writeOnnx(TrainedModel trained) {
    Map<String, String> metadata = new ImageDescription(trained.config()).metadata();
    metadata.put("baseline", trained.config().baseline());
    metadata.put(
        "outputs",
        "tokens [batch, 1 + patches, width], the class token first, and features [batch, patches,"
            + " width], both after the final norm");
    OnnxFile file = trained.encoder().onnx();
    out.write(
        temporary ->
            file.writeTo(
                temporary,
                "Encoder of images pre-trained by Masked Token Optimization: images to tokens and"
                    + " features; metadata_props say how images are made",
                metadata));
    System.out.printf("wrote %s: the encoder, ONNX opset %d%n", out.path(), OnnxFile.OPSET);
  }

  private void checkChoices() {
    String graph = "--format " + format.name().toLowerCase(Locale.ROOT);
    if (format != Format.SAFETENSORS && part != null && part != Part.ENCODER) {
      throw new UserException(graph + " holds the encoder; leave --part out");
    }
    if (format != Format.SAFETENSORS && (perBlockBias || names != WeightNames.OFFICIAL)) {
      throw new UserException(
          graph + " holds a graph, not names; leave --names and --per-block-bias out");
    }
    if (job == null && best) {
      throw new UserException("--best: only a job has a best epoch; add --job DIR");
    }
    if (job != null && (part != null || perBlockBias)) {
      throw new UserException(
          "--job holds a whole classifier; leave --part and --per-block-bias out");
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
