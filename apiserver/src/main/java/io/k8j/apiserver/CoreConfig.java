package io.k8j.apiserver;

import io.k8j.apiserver.resource.ServedApis;
import io.k8j.apiserver.resource.StoredResource;
import java.util.Objects;

/**
 * Settings of the API server's core, with upstream's names and defaults where it has them.
 *
 * @param serviceClusterIpRange addresses of Services, such as {@code 10.43.0.0/16}
 * @param nodePortFirst first port of the range for NodePorts
 * @param nodePortLast last port of that range
 * @param advertiseAddress address under which Pods reach the API server; the endpoint of the Service
 *     {@code kubernetes}
 * @param advertisePort port of that address
 * @param watchQueue events that may wait for one watcher before it is cut off
 * @param cacheLimits how much of the past each resource's cache keeps
 * @param bootstrap whether to create the system namespaces, the Service {@code kubernetes} and the priority classes
 * @param apis what is served, and which features are on
 */
public record CoreConfig(
        String serviceClusterIpRange,
        int nodePortFirst,
        int nodePortLast,
        String advertiseAddress,
        int advertisePort,
        int watchQueue,
        StoredResource.CacheLimits cacheLimits,
        boolean bootstrap,
        ServedApis apis) {
    /** What {@code k8j server} starts from. */
    public static final CoreConfig DEFAULTS = new CoreConfig(
            "10.43.0.0/16",
            30000,
            32767,
            "127.0.0.1",
            6443,
            10_000,
            StoredResource.CacheLimits.DEFAULTS,
            true,
            ServedApis.DEFAULTS);

    public CoreConfig {
        Objects.requireNonNull(serviceClusterIpRange, "serviceClusterIpRange is null");
        Objects.requireNonNull(advertiseAddress, "advertiseAddress is null");
        Objects.requireNonNull(cacheLimits, "cacheLimits is null");
        Objects.requireNonNull(apis, "apis is null");
        if (nodePortFirst < 1 || nodePortLast > 65535 || nodePortFirst > nodePortLast) {
            throw new IllegalArgumentException(
                    "nodePort range %d-%d: want 1 to 65535, rising".formatted(nodePortFirst, nodePortLast));
        }
        if (watchQueue < 1) throw new IllegalArgumentException("watchQueue: %d, want 1 or more".formatted(watchQueue));
    }

    public CoreConfig withServiceRange(String range) {
        return new CoreConfig(
                range,
                nodePortFirst,
                nodePortLast,
                advertiseAddress,
                advertisePort,
                watchQueue,
                cacheLimits,
                bootstrap,
                apis);
    }

    public CoreConfig withNodePorts(int first, int last) {
        return new CoreConfig(
                serviceClusterIpRange,
                first,
                last,
                advertiseAddress,
                advertisePort,
                watchQueue,
                cacheLimits,
                bootstrap,
                apis);
    }

    public CoreConfig withAdvertised(String address, int port) {
        return new CoreConfig(
                serviceClusterIpRange,
                nodePortFirst,
                nodePortLast,
                address,
                port,
                watchQueue,
                cacheLimits,
                bootstrap,
                apis);
    }

    public CoreConfig withBootstrap(boolean value) {
        return new CoreConfig(
                serviceClusterIpRange,
                nodePortFirst,
                nodePortLast,
                advertiseAddress,
                advertisePort,
                watchQueue,
                cacheLimits,
                value,
                apis);
    }

    public CoreConfig withApis(ServedApis served) {
        return new CoreConfig(
                serviceClusterIpRange,
                nodePortFirst,
                nodePortLast,
                advertiseAddress,
                advertisePort,
                watchQueue,
                cacheLimits,
                bootstrap,
                served);
    }
}
