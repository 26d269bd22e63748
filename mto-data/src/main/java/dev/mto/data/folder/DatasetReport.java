package dev.mto.data.folder;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a folder of images holds.
 *
 * @param images files listed, bad ones included
 * @param archives what tar archives were read as, null for files of their own
 * @param classes images a class, in label order; empty when unlabelled
 * @param smallest size of the readable image with the fewest pixels, null if none is readable
 * @param median size of the image in the middle of all readable ones by pixels
 * @param largest size of the readable image with the most pixels
 * @param bad what is unreadable: members of archives that are not among the images, then images, in
 *     the folder's order
 * @param mean per channel over all pixels of all readable images at their own size, in [0, 1]
 * @param std likewise, population standard deviation
 * @param stored how the readable images are stored
 * @param leftOut what is not among the images
 */
public record DatasetReport(
    int images,
    String archives,
    Map<String, Integer> classes,
    Size smallest,
    Size median,
    Size largest,
    List<BadFile> bad,
    List<Double> mean,
    List<Double> std,
    StoredImages stored,
    LeftOut leftOut) {

  public DatasetReport {
    classes = Collections.unmodifiableMap(new LinkedHashMap<>(classes));
    bad = List.copyOf(bad);
    mean = List.copyOf(mean);
    std = List.copyOf(std);
  }

  /** In pixels. */
  public record Size(int height, int width) {}

  /** A file and why it cannot be read. */
  public record BadFile(String path, String reason) {}
}
