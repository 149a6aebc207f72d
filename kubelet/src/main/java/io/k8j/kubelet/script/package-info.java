/** Texts that people write to steer simulated nodes, read so that a mistake is told with source, line and field. */
package io.k8j.kubelet.script;
