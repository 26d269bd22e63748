package dev.mto.engine.weights;

import dev.mto.engine.errors.UserException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Copies saved tensors into live ones; nothing is changed unless all of them fit. */
public final class StateTensors {
  private StateTensors() {}

  /**
   * Restores every tensor of {@code live}.
   *
   * @param where file or folder that {@code saved} comes from, for errors
   * @throws UserException when one is missing or of another shape
   */
  public static void restore(Map<String, INDArray> live, Map<String, INDArray> saved, Path where) {
    live.forEach(
        (name, array) -> {
          INDArray value = saved.get(name);
          if (value == null) {
            throw new UserException(
                where + ": the checkpoint has no " + name + "; it is of another configuration");
          }
          if (!Arrays.equals(value.shape(), array.shape())) {
            throw new UserException(
                where
                    + ": "
                    + name
                    + " has shape "
                    + Arrays.toString(value.shape())
                    + ", the model needs "
                    + Arrays.toString(array.shape())
                    + "; the checkpoint is of another configuration");
          }
        });
    live.forEach((name, array) -> array.assign(saved.get(name)));
  }
}
