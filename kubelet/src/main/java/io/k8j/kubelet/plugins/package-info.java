/**
 * Plugins of this node: each puts a socket into one directory; {@link io.k8j.kubelet.plugins.PluginSockets} asks who is
 * there and hands it to the {@link io.k8j.kubelet.plugins.PluginHandler} of its kind, and takes it away when the socket is
 * gone.
 */
package io.k8j.kubelet.plugins;
