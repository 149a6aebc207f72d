/**
 * The cluster's DNS server.
 *
 * <ol>
 *   <li>{@link io.k8j.dns.DnsServer} receives a query by UDP or TCP; {@code Query} decodes it.
 *   <li>{@code Resolver} picks who answers: names under the cluster domain {@code ClusterZone}, addresses of Services and
 *       endpoints the same, everything else {@code Forwarder} with its cache.
 *   <li>{@code ClusterIndex} holds what Services and EndpointSlices mean for DNS, one immutable entry per Service, replaced
 *       as soon as an informer shows a change.
 *   <li>{@code ReplyWriter} encodes the answer within the client's size.
 *   <li>{@code Publisher} keeps the Service {@code kube-dns} and its EndpointSlice, by which Pods reach the server.
 * </ol>
 */
package io.k8j.dns;
