package dev.mto.engine.report;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import org.nd4j.shade.protobuf.CodedInputStream;
import org.nd4j.shade.protobuf.CodedOutputStream;
import org.nd4j.shade.protobuf.WireFormat;

/**
 * TensorBoard's protocol buffer {@code Event}, as far as scalars need it: 1 wall_time (double), 2
 * step (int64), 3 file_version (string), 5 summary, whose field 1 repeats a value with 1 tag
 * (string) and 2 simple_value (float).
 */
final class EventMessage {
  private static final int WALL_TIME = 1;
  private static final int STEP = 2;
  private static final int FILE_VERSION = 3;
  private static final int SUMMARY = 5;
  private static final int VALUE = 1;
  private static final int TAG = 1;
  private static final int SIMPLE_VALUE = 2;

  private EventMessage() {}

  /** What a message holds. */
  @FunctionalInterface
  private interface Content {
    void writeTo(CodedOutputStream out) throws IOException;
  }

  /** The first event of a file. */
  static byte[] version(double wallTime) throws IOException {
    return message(
        event -> {
          event.writeDouble(WALL_TIME, wallTime);
          event.writeString(FILE_VERSION, "brain.Event:2");
        });
  }

  static byte[] scalars(double wallTime, long step, Map<String, Double> values) throws IOException {
    byte[] summary =
        message(
            out -> {
              for (Map.Entry<String, Double> scalar : values.entrySet()) {
                out.writeByteArray(VALUE, value(scalar.getKey(), scalar.getValue().floatValue()));
              }
            });
    return message(
        event -> {
          event.writeDouble(WALL_TIME, wallTime);
          event.writeInt64(STEP, step);
          event.writeByteArray(SUMMARY, summary);
        });
  }

  private static byte[] value(String tag, float value) throws IOException {
    return message(
        out -> {
          out.writeString(TAG, tag);
          out.writeFloat(SIMPLE_VALUE, value);
        });
  }

  private static byte[] message(Content content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    content.writeTo(out);
    out.flush();
    return bytes.toByteArray();
  }

  /** The step of an event; 0 where it has none, as the first event of a file. */
  static long step(byte[] event) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(event);
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == STEP) {
        return in.readInt64();
      }
      in.skipField(tag);
    }
    return 0;
  }
}
