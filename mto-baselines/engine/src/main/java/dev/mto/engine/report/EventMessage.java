package dev.mto.engine.report;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

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

  /** The first event of a file. */
  static byte[] version(double wallTime) {
    return new ProtobufWriter()
        .fixed64(WALL_TIME, wallTime)
        .bytes(FILE_VERSION, "brain.Event:2".getBytes(StandardCharsets.UTF_8))
        .toBytes();
  }

  static byte[] scalars(double wallTime, long step, Map<String, Double> values) {
    ProtobufWriter summary = new ProtobufWriter();
    values.forEach(
        (tag, value) ->
            summary.bytes(
                VALUE,
                new ProtobufWriter()
                    .bytes(TAG, tag.getBytes(StandardCharsets.UTF_8))
                    .fixed32(SIMPLE_VALUE, value.floatValue())
                    .toBytes()));
    return new ProtobufWriter()
        .fixed64(WALL_TIME, wallTime)
        .varint(STEP, step)
        .bytes(SUMMARY, summary.toBytes())
        .toBytes();
  }

  /** The step of an event; 0 where it has none, as the first event of a file. */
  static long step(byte[] event) {
    ByteBuffer in = ByteBuffer.wrap(event);
    while (in.hasRemaining()) {
      long key = varint(in);
      int kind = (int) (key & 7);
      if (kind == ProtobufWriter.VARINT) {
        long value = varint(in);
        if (key >>> 3 == STEP) {
          return value;
        }
      } else {
        skip(in, kind);
      }
    }
    return 0;
  }

  private static void skip(ByteBuffer in, int kind) {
    int length =
        switch (kind) {
          case ProtobufWriter.FIXED64 -> Long.BYTES;
          case ProtobufWriter.FIXED32 -> Integer.BYTES;
          case ProtobufWriter.LENGTH_DELIMITED -> (int) varint(in);
          default ->
              throw new IllegalArgumentException(
                  "field of kind %d in a TensorBoard event: this is no file of scalars"
                      .formatted(kind));
        };
    in.position(in.position() + length);
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      byte next = in.get();
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        break;
      }
    }
    return value;
  }
}
