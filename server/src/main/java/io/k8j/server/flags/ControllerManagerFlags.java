package io.k8j.server.flags;

import java.util.List;

/** The flags of upstream's kube-controller-manager that {@code --kube-controller-manager-arg} passes through. */
public final class ControllerManagerFlags {
    public static final String OPTION = "--kube-controller-manager-arg";

    public static final List<Flag> ALL = List.of(
            new Flag("allocate-node-cidrs", FlagType.SWITCH),
            new Flag("controllers", FlagType.LIST),
            new Flag("cluster-signing-duration", FlagType.DURATION),
            new Flag("concurrent-horizontal-pod-autoscaler-syncs", FlagType.NUMBER),
            new Flag("horizontal-pod-autoscaler-cpu-initialization-period", FlagType.DURATION),
            new Flag("horizontal-pod-autoscaler-downscale-stabilization", FlagType.DURATION),
            new Flag("horizontal-pod-autoscaler-initial-readiness-delay", FlagType.DURATION),
            new Flag("horizontal-pod-autoscaler-sync-period", FlagType.DURATION),
            new Flag("horizontal-pod-autoscaler-tolerance", FlagType.TEXT),
            new Flag("node-cidr-mask-size", FlagType.NUMBER),
            new Flag("node-cidr-mask-size-ipv4", FlagType.NUMBER),
            new Flag("node-cidr-mask-size-ipv6", FlagType.NUMBER),
            new Flag("node-monitor-grace-period", FlagType.DURATION),
            new Flag("node-monitor-period", FlagType.DURATION),
            new Flag("resource-quota-sync-period", FlagType.DURATION),
            new Flag("terminated-pod-gc-threshold", FlagType.NUMBER));

    private ControllerManagerFlags() {}

    /** @throws IllegalArgumentException in one sentence, if a name is unknown or a value has the wrong form */
    public static FlagValues parse(List<String> arguments) {
        return FlagValues.parse(OPTION, arguments, ALL);
    }
}
