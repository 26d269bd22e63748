package dev.mto.spark;

import dev.mto.data.mask.MaskSampler;
import dev.mto.engine.Baseline;
import dev.mto.engine.Model;
import dev.mto.engine.config.RunConfig;
import dev.mto.models.EncoderOutput;
import dev.mto.models.Parameters;
import dev.mto.simmim.SimMim;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.nd4j.autodiff.samediff.SDVariable;

/** SimMIM whose second micro-batch of a step fails as a file asks for, once. */
public final class HinderedSimMim implements Baseline {
  static final String FILE = "mto.test.hindrance";
  static final String THROW = "throw";
  static final String BLOCK = "block";

  private final SimMim simMim = new SimMim();

  @Override
  public String name() {
    return "simmim-hindered";
  }

  @Override
  public String recipe() {
    return simMim.recipe();
  }

  @Override
  public MaskSampler masks(RunConfig config) {
    return simMim.masks(config);
  }

  @Override
  public Model build(RunConfig config, Parameters parameters) {
    Model model = simMim.build(config, parameters);
    return (Model)
        Proxy.newProxyInstance(
            Model.class.getClassLoader(),
            new Class<?>[] {Model.class},
            (proxy, called, arguments) -> {
              if (called.getName().equals("trainingFeeds") && arguments[2].equals(1)) {
                hinder();
              }
              return called.invoke(model, arguments);
            });
  }

  private static void hinder() throws IOException {
    Path file = Path.of(System.getProperty(FILE, "none"));
    if (Files.exists(file)) {
      String how = Files.readString(file);
      Files.delete(file);
      if (how.equals(THROW)) {
        throw new IllegalStateException("a fault of a test");
      }
      while (true) { // and hears no interrupt
        LockSupport.parkNanos(1_000_000_000);
      }
    }
  }

  @Override
  public EncoderOutput encoder(
      RunConfig config,
      Parameters parameters,
      SDVariable images,
      SDVariable dropPath,
      boolean fineTuned) {
    return simMim.encoder(config, parameters, images, dropPath, fineTuned);
  }
}
