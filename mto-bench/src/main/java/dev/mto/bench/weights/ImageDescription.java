package dev.mto.bench.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.data.image.CenterCrop;
import dev.mto.engine.config.DataConfig;
import dev.mto.engine.config.RunConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How images are made into what an exported model takes, as free text by key, so that other
 * programs need nothing beside the file.
 *
 * @param config of the model
 */
record ImageDescription(RunConfig config) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** {@code image.*}; lists are JSON. */
  Map<String, String> metadata() {
    DataConfig data = config.data();
    List<Integer> sides = config.model().image();
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("image.layout", "[batch, channels, height, width], float32");
    metadata.put("image.channels", String.valueOf(data.channels()));
    metadata.put("image.channel_order", channelOrder(data.channels()));
    metadata.put("image.height", String.valueOf(sides.get(0)));
    metadata.put("image.width", String.valueOf(sides.get(1)));
    metadata.put(
        "image.resize",
        "keeping the ratio of the sides, so that the crop below is %s of the image; not at all where it has the size of the crop; %s, by area averaging where both sides shrink"
            .formatted(
                CenterCrop.USUAL_SHARE, data.interpolation().name().toLowerCase(Locale.ROOT)));
    metadata.put("image.resize_shorter_side", shorterSide(sides));
    metadata.put("image.crop", "the centre, image.height x image.width");
    metadata.put(
        "image.values",
        "(v - mean) / std by channel, v from 0 to 1: 8 bits / 255, 16 bits / 65535");
    metadata.put("image.mean", json(data.mean()));
    metadata.put("image.std", json(data.std()));
    metadata.put("image.exif", data.exif().name().toLowerCase(Locale.ROOT));
    return metadata;
  }

  private static String channelOrder(int channels) {
    return switch (channels) {
      case 1 -> "grey (luma)";
      case 3 -> "RGB";
      default -> "as in the files";
    };
  }

  private static String shorterSide(List<Integer> sides) {
    return sides.get(0).equals(sides.get(1))
        ? String.valueOf((long) Math.rint(sides.get(0) / CenterCrop.USUAL_SHARE))
        : "the least that covers %d x %d"
            .formatted(
                (long) Math.rint(sides.get(0) / CenterCrop.USUAL_SHARE),
                (long) Math.rint(sides.get(1) / CenterCrop.USUAL_SHARE));
  }

  /** A list as text. */
  static String json(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
