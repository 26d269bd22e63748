package dev.mto.engine.collective;

import dev.mto.engine.errors.UserException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What must be the same on all ranks before they train together. */
public final class Agreement {
  private static final int SHOWN = 200; // characters of a fact

  private Agreement() {}

  /**
   * Compares facts of all ranks with those of rank 0.
   *
   * @param facts of this rank, in an order
   * @throws UserException on every rank where one differs: it says which rank in what
   */
  public static void require(Collective collective, Map<String, String> facts) {
    List<byte[]> all = collective.gather(bytes(facts));
    Map<String, String> first = facts(all.get(0));
    List<String> differences = new ArrayList<>();
    for (int rank = 1; rank < all.size(); rank++) {
      Map<String, String> others = facts(all.get(rank));
      for (Map.Entry<String, String> fact : first.entrySet()) {
        String other = others.get(fact.getKey());
        if (!fact.getValue().equals(other)) {
          differences.add(
              "%s has %s %s, not %s"
                  .formatted(
                      collective.name(rank),
                      fact.getKey(),
                      differing(other, fact.getValue()),
                      differing(fact.getValue(), other)));
        }
      }
    }
    if (!differences.isEmpty()) {
      throw new UserException(
          "the workers do not agree, and would not train one model: %s as %s; make them equal"
              .formatted(String.join("; ", differences), collective.name(0)));
    }
  }

  /** A fact in a line; of long ones, as configurations, the lines that the other has not. */
  private static String differing(String fact, String other) {
    if (fact == null || other == null || !fact.contains("\n")) {
      return shortened(String.valueOf(fact));
    }
    List<String> others = other.lines().toList();
    String lines =
        String.join(
            ", ", fact.lines().filter(line -> !others.contains(line)).map(String::strip).toList());
    return "'" + shortened(lines) + "'";
  }

  private static String shortened(String text) {
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
  }

  private static byte[] bytes(Map<String, String> facts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      for (Map.Entry<String, String> fact : facts.entrySet()) {
        for (String text : List.of(fact.getKey(), fact.getValue())) {
          byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
          out.writeInt(encoded.length);
          out.write(encoded);
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("memory cannot fail", e);
    }
    return bytes.toByteArray();
  }

  private static Map<String, String> facts(byte[] bytes) {
    Map<String, String> facts = new LinkedHashMap<>();
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      while (in.available() > 0) {
        String name = text(in);
        facts.put(name, text(in));
      }
    } catch (IOException e) {
      throw new IllegalStateException("memory cannot fail", e);
    }
    return facts;
  }

  private static String text(DataInputStream in) throws IOException {
    return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
  }
}
