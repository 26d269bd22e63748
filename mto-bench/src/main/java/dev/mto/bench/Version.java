package dev.mto.bench;

import dev.mto.engine.folder.Provenance;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.IVersionProvider;

/** Versions of this software and what it stands on. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return lines().toArray(String[]::new);
  }

  static List<String> lines() {
    Map<String, Object> software = Provenance.software();
    return List.of(
        "mto " + software.get("mto.version") + " (" + software.get("mto.commit") + ")",
        "ND4J " + software.get("nd4j.version") + ", Java " + software.get("java.version"));
  }
}
