/**
 * Carries exec, attach, port-forward and proxied upgrades between a client and a kubelet (or a Pod).
 *
 * <ol>
 *   <li>{@link io.k8j.apiserver.streaming.BackendConnection} dials the other end and asks it to upgrade.
 *   <li>Client speaks SPDY/3.1, or any other upgrade: {@link io.k8j.apiserver.streaming.Splice} copies bytes both ways.
 *   <li>Client speaks WebSocket {@code SPDY/3.1+portforward.k8s.io}: {@link io.k8j.apiserver.streaming.WebSocketTunnel}
 *       unwraps the frames, whose contents are SPDY already.
 *   <li>Client speaks WebSocket {@code v5.channel.k8s.io} or older: {@link
 *       io.k8j.apiserver.streaming.RemoteCommandTranslator} and {@link
 *       io.k8j.apiserver.streaming.PortForwardTranslator} turn channels into SPDY streams and back.
 * </ol>
 *
 * <p>All of it runs on event loops. A side that reads slowly stops the other side from being read.
 */
package io.k8j.apiserver.streaming;
