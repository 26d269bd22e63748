package dev.mto.data.folder;

import dev.mto.data.image.EncodedImage;
import dev.mto.data.image.Exif;
import dev.mto.data.image.UnreadableImageException;
import dev.mto.data.pixels.Pixels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/** Reads every image of a folder once, holding a chunk's results at a time, and reports. */
public final class DatasetCheck {
  private static final int CHUNK = 1024;

  private final ImageFolder folder;
  private final int channels;
  private final PixelSums sums;
  private StoredImages stored = StoredImages.NONE;
  private final List<DatasetReport.Size> sizes = new ArrayList<>();
  private final List<DatasetReport.BadFile> bad = new ArrayList<>();

  private DatasetCheck(ImageFolder folder, int channels) {
    this.folder = folder;
    this.channels = channels;
    this.sums = new PixelSums(channels);
  }

  /**
   * Checks every image of a folder.
   *
   * @param channels 1 to read the images as grey, 3 as RGB, another number as they are
   * @param workers reading threads
   * @throws IllegalArgumentException if channels or workers is not positive
   */
  public static DatasetReport of(ImageFolder folder, int channels, int workers) {
    if (channels < 1) {
      throw new IllegalArgumentException("channels is " + channels + " but must be at least 1");
    }
    if (workers < 1) {
      throw new IllegalArgumentException("workers is " + workers + " but must be at least 1");
    }
    ExecutorService threads = ReadingThreads.start(workers);
    try {
      return new DatasetCheck(folder, channels).run(threads);
    } finally {
      threads.shutdownNow();
    }
  }

  private DatasetReport run(ExecutorService threads) {
    bad.addAll(folder.bad());
    for (int from = 0; from < folder.size(); from += CHUNK) {
      List<Callable<Sample>> chunk = new ArrayList<>();
      for (int i = from; i < Math.min(folder.size(), from + CHUNK); i++) {
        int index = i;
        chunk.add(() -> read(index));
      }
      try {
        for (Future<Sample> sample : threads.invokeAll(chunk)) {
          add(sample.get());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while images were checked", e);
      } catch (ExecutionException e) {
        throw new IllegalStateException("an image could not be checked: " + e.getCause(), e);
      }
    }
    return report();
  }

  private Sample read(int index) {
    try {
      EncodedImage file = folder.read(index, Exif.APPLY);
      Pixels image = file.pixels(channels);
      file.requireSound();
      DatasetReport.Size size = new DatasetReport.Size(image.height(), image.width());
      return new Sample(index, size, PixelSums.of(image), StoredImages.of(file, image), null);
    } catch (UnreadableImageException e) {
      return new Sample(index, null, null, null, e.getMessage());
    }
  }

  private void add(Sample sample) {
    if (sample.failure() != null) {
      String path = folder.path(sample.index()).toString();
      bad.add(new DatasetReport.BadFile(path, sample.failure()));
      return;
    }
    sizes.add(sample.size());
    sums.add(sample.sums());
    stored = stored.plus(sample.stored());
  }

  private DatasetReport report() {
    sizes.sort(
        Comparator.comparingLong((DatasetReport.Size s) -> (long) s.height() * s.width())
            .thenComparingInt(DatasetReport.Size::height));
    boolean none = sizes.isEmpty();
    return new DatasetReport(
        folder.size(),
        folder.readAs().orElse(null),
        classes(),
        none ? null : sizes.get(0),
        none ? null : sizes.get((sizes.size() - 1) / 2),
        none ? null : sizes.get(sizes.size() - 1),
        bad,
        sums.mean(),
        sums.std(),
        stored,
        folder.leftOut());
  }

  private Map<String, Integer> classes() {
    Map<String, Integer> counts = new LinkedHashMap<>();
    folder.classes().forEach(name -> counts.put(name, 0));
    for (int i = 0; folder.labelled() && i < folder.size(); i++) {
      counts.merge(folder.classes().get(folder.label(i)), 1, Integer::sum);
    }
    return counts;
  }

  /** One image's share of the report; {@code failure} is null if it was readable. */
  private record Sample(
      int index, DatasetReport.Size size, PixelSums sums, StoredImages stored, String failure) {}
}
