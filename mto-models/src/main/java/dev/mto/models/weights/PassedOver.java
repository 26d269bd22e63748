package dev.mto.models.weights;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * Classes of settings that official training scripts save beside a model. Their names are known and
 * nothing else: an object of theirs becomes a dictionary of the items it is given, if any.
 */
final class PassedOver {
  private static final Set<String> CLASSES =
      Set.of(
          "argparse.Namespace",
          "types.SimpleNamespace",
          "yacs.config.CfgNode",
          "collections.Counter",
          "collections.defaultdict",
          "pathlib.Path",
          "pathlib.PosixPath",
          "pathlib.WindowsPath",
          "torch.Size",
          "torch.device",
          "numpy.dtype",
          "numpy.core.multiarray.scalar",
          "numpy._core.multiarray.scalar",
          "_codecs.encode");

  /** The types a dictionary is built of and those of numbers, as Python 2 and 3 name their home. */
  private static final Pattern PLAIN =
      Pattern.compile(
          "(__builtin__|builtins)\\.(dict|list|set|tuple|int|long|float|bool|bytes|str)");

  private static final Pattern TENSOR_TYPES =
      Pattern.compile("torch\\.(bool|u?int\\d{1,2}|b?float\\d{2}|complex\\d{2,3})");

  private PassedOver() {}

  static boolean includes(String module, String name) {
    String full = module + "." + name;
    return CLASSES.contains(full)
        || PLAIN.matcher(full).matches()
        || TENSOR_TYPES.matcher(full).matches();
  }
}
