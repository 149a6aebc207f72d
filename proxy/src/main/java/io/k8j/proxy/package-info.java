/**
 * Turns Services and EndpointSlices into the kernel's rules on this node.
 *
 * <ol>
 *   <li>Informers of Services, EndpointSlices and this Node mark the Services that changed ({@link io.k8j.proxy.Proxier}).
 *   <li>{@code ServiceRules} computes the rules of one Service, a pure function of Service, slices and node.
 *   <li>{@code RuleSet} merges them: chains, map elements and affinity sets that should be there.
 *   <li>{@code Transaction} writes the difference to what is there as one nftables transaction, and {@code Nft} applies it.
 *   <li>{@code Conntrack} forgets UDP flows to endpoints that are gone; {@code HealthServer} answers load balancers.
 * </ol>
 *
 * <p>The rules live in tables of their own ({@code ip <name>-proxy}, {@code ip6 <name>-proxy}); no other table is touched.
 */
package io.k8j.proxy;
