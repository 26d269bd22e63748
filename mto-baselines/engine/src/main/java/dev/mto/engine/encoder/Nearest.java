package dev.mto.engine.encoder;

/** The images of highest similarity so far, in order; of equal ones the first offered stays. */
final class Nearest {
  private final int[] images;
  private final float[] similarities;
  private int size;

  /** Room for {@code most} images. */
  Nearest(int most) {
    images = new int[most];
    similarities = new float[most];
  }

  /** Offers the images {@code first}, {@code first}+1 … with these similarities. */
  void offer(int first, float... offered) {
    for (int i = 0; i < offered.length; i++) {
      if (size < images.length || offered[i] > similarities[size - 1]) {
        insert(first + i, offered[i]);
      }
    }
  }

  private void insert(int image, float similarity) {
    int at = Math.min(size, images.length - 1);
    while (at > 0 && similarities[at - 1] < similarity) {
      images[at] = images[at - 1];
      similarities[at] = similarities[at - 1];
      at--;
    }
    images[at] = image;
    similarities[at] = similarity;
    size = Math.min(size + 1, images.length);
  }

  int size() {
    return size;
  }

  int image(int rank) {
    return images[rank];
  }

  float similarity(int rank) {
    return similarities[rank];
  }

  /** The highest similarity. */
  float largest() {
    return similarities[0];
  }
}
