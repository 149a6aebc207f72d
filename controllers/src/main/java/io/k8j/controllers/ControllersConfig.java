package io.k8j.controllers;

import io.k8j.controllers.podautoscaler.AutoscalerSettings;
import io.k8j.model.feature.FeatureGates;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Settings of the controllers, with upstream's defaults where it has them.
 *
 * @param controllers which run, under today's names or older ones, as upstream's {@code --controllers}: {@code *} is all that are on by default, {@code foo}
 *     turns one on, {@code -foo} turns one off
 * @param clusterCidrs Pod networks, from which nodes get theirs; empty turns node IPAM off
 * @param nodeCidrMaskIpv4 prefix length of a node's IPv4 Pod network
 * @param nodeCidrMaskIpv6 prefix length of a node's IPv6 Pod network
 * @param rootCa PEM certificates that Pods use to check the API server; empty turns the publisher off
 * @param signingCertificate PEM certificate that signs requests; empty turns signing off
 * @param signingKey PEM key of it
 * @param signingDuration life of signed certificates
 * @param nodeMonitorPeriod pause between looks at the nodes
 * @param nodeMonitorGracePeriod how long a node may be silent
 * @param terminatedPodThreshold how many finished Pods may stay
 * @param resourceQuotaSyncPeriod full recalculation of quotas
 * @param autoscaler settings of the HorizontalPodAutoscaler
 * @param gates which features are on; those whose API is not served count as off
 * @param localPathRoot where the built-in provisioner puts volumes on nodes; empty path turns it off
 */
public record ControllersConfig(
        List<String> controllers,
        List<String> clusterCidrs,
        int nodeCidrMaskIpv4,
        int nodeCidrMaskIpv6,
        String rootCa,
        String signingCertificate,
        String signingKey,
        Duration signingDuration,
        Duration nodeMonitorPeriod,
        Duration nodeMonitorGracePeriod,
        int terminatedPodThreshold,
        Duration resourceQuotaSyncPeriod,
        AutoscalerSettings autoscaler,
        FeatureGates gates,
        Path localPathRoot) {
    public static final ControllersConfig DEFAULTS = new ControllersConfig(
            List.of("*"),
            List.of("10.42.0.0/16"),
            24,
            64,
            "",
            "",
            "",
            Duration.ofDays(365),
            Duration.ofSeconds(5),
            Duration.ofSeconds(50),
            12500,
            Duration.ofMinutes(5),
            AutoscalerSettings.DEFAULTS,
            FeatureGates.DEFAULTS,
            Path.of("/var/lib/k8j/storage"));

    public ControllersConfig {
        controllers = ControllerNames.canonical(controllers);
        clusterCidrs = List.copyOf(clusterCidrs);
        if (nodeMonitorPeriod.isNegative() || nodeMonitorPeriod.isZero()) {
            throw new IllegalArgumentException("nodeMonitorPeriod: %s must be positive".formatted(nodeMonitorPeriod));
        }
    }

    /** Whether a controller runs: of its own name and its refusal, the first counts. */
    public boolean isEnabled(String name, boolean onByDefault) {
        for (String given : controllers) {
            if (given.equals(name)) return true;
            if (given.equals("-" + name)) return false;
        }
        return onByDefault && controllers.contains("*");
    }

    public ControllersConfig withControllers(List<String> chosen) {
        return new ControllersConfig(
                chosen,
                clusterCidrs,
                nodeCidrMaskIpv4,
                nodeCidrMaskIpv6,
                rootCa,
                signingCertificate,
                signingKey,
                signingDuration,
                nodeMonitorPeriod,
                nodeMonitorGracePeriod,
                terminatedPodThreshold,
                resourceQuotaSyncPeriod,
                autoscaler,
                gates,
                localPathRoot);
    }

    public ControllersConfig withGates(FeatureGates features) {
        return new ControllersConfig(
                controllers,
                clusterCidrs,
                nodeCidrMaskIpv4,
                nodeCidrMaskIpv6,
                rootCa,
                signingCertificate,
                signingKey,
                signingDuration,
                nodeMonitorPeriod,
                nodeMonitorGracePeriod,
                terminatedPodThreshold,
                resourceQuotaSyncPeriod,
                autoscaler,
                features,
                localPathRoot);
    }

    public ControllersConfig withRootCa(String pem) {
        return new ControllersConfig(
                controllers,
                clusterCidrs,
                nodeCidrMaskIpv4,
                nodeCidrMaskIpv6,
                pem,
                signingCertificate,
                signingKey,
                signingDuration,
                nodeMonitorPeriod,
                nodeMonitorGracePeriod,
                terminatedPodThreshold,
                resourceQuotaSyncPeriod,
                autoscaler,
                gates,
                localPathRoot);
    }

    public ControllersConfig withClusterCidrs(List<String> cidrs) {
        return new ControllersConfig(
                controllers,
                cidrs,
                nodeCidrMaskIpv4,
                nodeCidrMaskIpv6,
                rootCa,
                signingCertificate,
                signingKey,
                signingDuration,
                nodeMonitorPeriod,
                nodeMonitorGracePeriod,
                terminatedPodThreshold,
                resourceQuotaSyncPeriod,
                autoscaler,
                gates,
                localPathRoot);
    }

    public ControllersConfig withLocalPathRoot(Path root) {
        return new ControllersConfig(
                controllers,
                clusterCidrs,
                nodeCidrMaskIpv4,
                nodeCidrMaskIpv6,
                rootCa,
                signingCertificate,
                signingKey,
                signingDuration,
                nodeMonitorPeriod,
                nodeMonitorGracePeriod,
                terminatedPodThreshold,
                resourceQuotaSyncPeriod,
                autoscaler,
                gates,
                root);
    }
}
