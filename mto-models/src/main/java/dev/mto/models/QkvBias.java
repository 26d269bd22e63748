package dev.mto.models;

/** Which of an attention's projections have a bias. */
public enum QkvBias {
  /** One bias for queries, keys and values, {@code qkv.bias}: MAE. */
  ALL,
  /** {@code q_bias} and {@code v_bias}, none for keys: BEiT and what follows it. */
  QUERY_AND_VALUE
}
