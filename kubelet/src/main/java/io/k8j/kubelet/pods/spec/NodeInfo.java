package io.k8j.kubelet.pods.spec;

import io.fabric8.kubernetes.api.model.Quantity;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What workers must know of their node.
 *
 * @param name the node's name
 * @param ips its addresses, the main one first
 * @param allocatable what it gives to Pods
 * @param memoryCapacity all its memory, in bytes
 * @param rootDir directory with a directory for each Pod
 * @param logsDir directory of the Pods' logs
 * @param cgroupRoot cgroup below which {@code kubepods} lies; {@code /} for the top
 * @param clusterDns addresses of the cluster's DNS
 * @param clusterDomain the cluster's domain, such as {@code cluster.local}
 * @param resolvConf the node's own resolver file
 * @param realMounts whether volumes are really mounted; not for a simulated runtime
 */
public record NodeInfo(
        String name,
        List<String> ips,
        Map<String, Quantity> allocatable,
        long memoryCapacity,
        Path rootDir,
        Path logsDir,
        String cgroupRoot,
        List<String> clusterDns,
        String clusterDomain,
        Path resolvConf,
        boolean realMounts) {
    /** Where this node keeps what belongs to one Pod. */
    public Path podDir(String uid) {
        return rootDir.resolve("pods").resolve(uid);
    }
}
