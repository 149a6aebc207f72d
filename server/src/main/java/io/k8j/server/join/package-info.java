/**
 * How a machine joins a cluster that runs elsewhere: the token proves to the node who the cluster is ({@link
 * io.k8j.server.join.Discovery}), then to the cluster that the node may ask for certificates ({@link
 * io.k8j.server.join.NodeCertificates}); with these {@link io.k8j.server.join.Agent} runs the same parts as a server does
 * for its own node.
 */
package io.k8j.server.join;
