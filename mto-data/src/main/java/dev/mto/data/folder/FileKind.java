package dev.mto.data.folder;

import dev.mto.data.format.ImageFormat;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;

/**
 * Whether a file is an image: by the ending of its name where that says it, else by its first
 * bytes, so that of millions of images with the usual endings none is opened.
 */
final class FileKind {
  /** Endings that are never images of ours: those files are not opened either. */
  private static final Set<String> OTHERS =
      Set.of(
          ".txt .md .json .jsonl .xml .csv .tsv .yaml .yml .html .htm .log .pdf .doc .docx .xls"
              .concat(" .xlsx .py .sh .m .java .ipynb .ini .cfg .toml .bak .tmp .part .db .lnk")
              .concat(" .zip .tar .gz .tgz .bz2 .xz .7z .rar .lst .lmdb .mdb .idx .bin .dat")
              .concat(" .npy .npz .mat .pkl .pt .pth .h5 .hdf5 .parquet .arrow .tfrecord")
              .concat(" .mp4 .avi .mov .mkv .webm .mp3 .wav .gif .svg .heic .heif .avif .jxl")
              .concat(" .jp2 .psd .dng .cr2 .nef .arw .exr .hdr .dcm .nii .czi .md5 .sha256")
              .split(" "));

  private FileKind() {}

  /** A file that cannot be opened to look at it is taken for no image. */
  static boolean isImage(Path file) {
    String name = file.getFileName().toString();
    if (ImageFormat.named(name)) {
      return true;
    }
    if (isOther(name) || !Files.isRegularFile(file)) {
      return false;
    }
    try (InputStream in = Files.newInputStream(file)) {
      return ImageFormat.of(in.readNBytes(ImageFormat.START_BYTES)).isPresent();
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether the ending alone says that it is none. */
  static boolean isOther(String name) {
    return OTHERS.contains(ending(name));
  }

  /** In lower case with its dot, or "no ending"; one longer than nine letters is none. */
  static String ending(String name) {
    int dot = name.lastIndexOf('.');
    String ending = dot < 0 ? "" : name.substring(dot).toLowerCase(Locale.ROOT);
    return ending.matches("\\.[a-z0-9_]{1,9}") ? ending : "no ending";
  }
}
