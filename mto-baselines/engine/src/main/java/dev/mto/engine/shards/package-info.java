/**
 * Packs images into shards, in one process or by workers on a cluster: a {@link
 * dev.mto.engine.shards.ShardPlan} says which bytes there are, a {@link
 * dev.mto.engine.shards.ShardFolder} has those that are made, in whatever order.
 */
package dev.mto.engine.shards;
