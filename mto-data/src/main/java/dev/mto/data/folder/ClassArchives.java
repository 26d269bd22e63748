package dev.mto.data.folder;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Whether the archives of a folder are a class each, as {@code ILSVRC2012_img_train.tar} leaves
 * them where it was unpacked once: {@code n01440764.tar} is one that is named by an identifier of
 * WordNet and holds {@code n01440764_10026.JPEG} and its like, directly in it and nothing else. A
 * shard of WebDataset is none, by its name, or by what it holds beside an image. All are classes or
 * none is: some among others are refused.
 */
final class ClassArchives {
  private static final Pattern NAME = Pattern.compile("n\\d{8}\\.tar");

  private final boolean folder;
  private String stem;
  private boolean members;
  private String strange;

  private int classes;
  private String aClass;
  private int others;
  private String anOther;
  private String reason;

  /** Archives that {@code root} means; only those of a folder may be classes. */
  ClassArchives(Path root) {
    folder = Files.isDirectory(root);
  }

  /** The members that are told of next are in this archive. */
  void begin(Path archive) {
    String name = name(archive);
    stem = name.substring(0, name.lastIndexOf('.'));
    members = false;
    strange = null;
  }

  /** An ordinary member that is not hidden. */
  void member(String name, boolean image) {
    members = true;
    if (strange == null && !(image && name.indexOf('/') < 0 && name.startsWith(stem + "_"))) {
      strange = name;
    }
  }

  /** All members of the archive have been told of. */
  void end(Path archive) {
    boolean named = NAME.matcher(name(archive)).matches();
    if (named && !members) {
      return; // it is without an image, as an empty folder
    }
    if (named && strange == null) {
      classes++;
      aClass = aClass == null ? name(archive) : aClass;
      return;
    }
    others++;
    anOther = anOther == null ? name(archive) : anOther;
    if (named && reason == null) {
      reason =
          "%s is no class, as it holds %s and not %s_… alone"
              .formatted(name(archive), strange, stem);
    }
  }

  /**
   * Whether each archive is a class.
   *
   * @throws IllegalArgumentException in one line, if some are and others not
   */
  boolean areAll(Path root) {
    if (!folder || classes == 0) {
      return false;
    }
    if (others > 0) {
      throw new IllegalArgumentException(
          "%s holds archives of one class each, such as %s, and others, such as %s%s: keep the ones apart from the others"
              .formatted(root, aClass, anOther, reason == null ? "" : " (" + reason + ")"));
    }
    return true;
  }

  /** Why archives that are named as classes are read as others are. */
  Optional<String> whyNot() {
    return folder ? Optional.ofNullable(reason) : Optional.empty();
  }

  /** The class of an archive. */
  static String of(List<Path> archives, int archive) {
    String name = name(archives.get(archive));
    return name.substring(0, name.lastIndexOf('.'));
  }

  private static String name(Path archive) {
    return archive.getFileName().toString();
  }
}
