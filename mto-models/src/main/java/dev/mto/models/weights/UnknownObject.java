package dev.mto.models.weights;

import net.razorvine.pickle.IObjectConstructor;

/**
 * A class that a pickle names and that is not known, and every object of it: nothing but the name.
 * Calling it gives itself; what it is called with or filled with is dropped.
 *
 * @param type module and name of the class
 */
record UnknownObject(String type) implements IObjectConstructor {
  @Override
  public Object construct(Object[] arguments) {
    return this;
  }
}
