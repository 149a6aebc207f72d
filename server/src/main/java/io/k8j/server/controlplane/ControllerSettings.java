package io.k8j.server.controlplane;

import io.k8j.controllers.ControllersConfig;
import io.k8j.controllers.podautoscaler.AutoscalerSettings;
import io.k8j.model.feature.FeatureGates;
import io.k8j.server.ServerConfig;
import io.k8j.server.UserException;
import io.k8j.server.flags.ControllerManagerFlags;
import io.k8j.server.flags.FlagValues;
import java.util.List;

/** Makes the controllers' settings of the server's flags and certificates. Pure. */
final class ControllerSettings {
    private ControllerSettings() {}

    /** @throws UserException if the value of a flag is out of bounds */
    static ControllersConfig of(ServerConfig config, ClusterCertificates certificates, FeatureGates gates) {
        FlagValues flags = config.controllerFlags();
        ControllersConfig defaults = ControllersConfig.DEFAULTS;
        try {
            return new ControllersConfig(
                    flags.list("controllers", defaults.controllers()),
                    flags.isOn("allocate-node-cidrs", true) ? List.of(config.clusterCidr()) : List.of(),
                    number(flags, "node-cidr-mask-size-ipv4", maskOfAny(flags, defaults.nodeCidrMaskIpv4())),
                    number(flags, "node-cidr-mask-size-ipv6", maskOfAny(flags, defaults.nodeCidrMaskIpv6())),
                    certificates.authorityPem(),
                    certificates.signer().chainPem(),
                    certificates.signer().keyPem(),
                    flags.duration("cluster-signing-duration", defaults.signingDuration()),
                    flags.duration("node-monitor-period", defaults.nodeMonitorPeriod()),
                    flags.duration("node-monitor-grace-period", defaults.nodeMonitorGracePeriod()),
                    number(flags, "terminated-pod-gc-threshold", defaults.terminatedPodThreshold()),
                    flags.duration("resource-quota-sync-period", defaults.resourceQuotaSyncPeriod()),
                    autoscaler(flags),
                    gates,
                    config.dataDir().resolve("storage"));
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new UserException(ControllerManagerFlags.OPTION + ": " + e.getMessage(), e);
        }
    }

    /** @throws IllegalArgumentException in upstream's words, if it is given beside that of one family */
    private static int maskOfAny(FlagValues flags, int otherwise) {
        String any = "node-cidr-mask-size";
        if (!flags.has(any)) return otherwise;
        if (flags.has(any + "-ipv4") || flags.has(any + "-ipv6")) {
            throw new IllegalArgumentException(
                    "usage of --node-cidr-mask-size-ipv4 and --node-cidr-mask-size-ipv6 is not"
                            + " allowed with --node-cidr-mask-size");
        }
        return number(flags, any, otherwise);
    }

    static AutoscalerSettings autoscaler(FlagValues flags) {
        AutoscalerSettings defaults = AutoscalerSettings.DEFAULTS;
        String own = "horizontal-pod-autoscaler-";
        return new AutoscalerSettings(
                flags.duration(own + "sync-period", defaults.syncPeriod()),
                flags.duration(own + "downscale-stabilization", defaults.downscaleStabilization()),
                Double.parseDouble(flags.text(own + "tolerance", Double.toString(defaults.tolerance()))),
                flags.duration(own + "cpu-initialization-period", defaults.cpuInitializationPeriod()),
                flags.duration(own + "initial-readiness-delay", defaults.initialReadinessDelay()),
                number(flags, "concurrent-horizontal-pod-autoscaler-syncs", defaults.concurrentSyncs()));
    }

    private static int number(FlagValues flags, String name, int otherwise) {
        return Math.toIntExact(flags.number(name, otherwise));
    }
}
