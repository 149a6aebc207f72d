/**
 * What the runtime is told: the sandbox with its names and its DNS ({@code SandboxConfigs}, {@code PodDns}), each
 * container with its variables, files and limits ({@code ContainerConfigs}, {@code EnvVars}, {@code ContainerFiles}), and
 * the cgroup of the whole Pod ({@code Cgroups}).
 */
package io.k8j.kubelet.pods.config;
