/**
 * Default preemption: where a Pod fits nowhere, {@code Victims} finds for each node the least valuable Pods whose end would
 * make room, {@code Disruptions} knows which of them a PodDisruptionBudget protects, the plugin takes the node with the
 * least harm, and {@code VictimMemory} keeps what was found for equal Pods until the node changes. {@code GroupPreemption}
 * does the same for groups as a whole, over all nodes, with {@code GroupVictim}s that leave as one. The {@code Evictor}
 * removes who was chosen.
 */
package io.k8j.scheduler.plugins.preemption;
