package io.k8j.apiserver.admission;

import io.k8j.apiserver.admission.podsecurity.PodSecurityConfiguration;
import java.util.Objects;
import java.util.Set;

/**
 * Settings of admission, with upstream's names and defaults.
 *
 * @param enabled steps that run although they are off by default ({@code --enable-admission-plugins})
 * @param disabled steps that do not run although they are on by default ({@code --disable-admission-plugins})
 * @param podSecurity defaults and exemptions of {@code PodSecurity}
 * @param quotaLimits what may only be used where a quota covers it
 * @param optional configurations of steps that are off by default
 * @param mutatingUsers as whom mutating webhooks are asked
 * @param validatingUsers as whom validating webhooks are asked
 * @param notReadySeconds {@code --default-not-ready-toleration-seconds}
 * @param unreachableSeconds {@code --default-unreachable-toleration-seconds}
 */
public record AdmissionSettings(
        Set<String> enabled,
        Set<String> disabled,
        PodSecurityConfiguration podSecurity,
        QuotaLimits quotaLimits,
        OptionalSettings optional,
        HookUsers mutatingUsers,
        HookUsers validatingUsers,
        long notReadySeconds,
        long unreachableSeconds) {
    public static final AdmissionSettings DEFAULTS = new AdmissionSettings(
            Set.of(),
            Set.of(),
            PodSecurityConfiguration.DEFAULTS,
            QuotaLimits.NONE,
            OptionalSettings.NONE,
            HookUsers.NONE,
            HookUsers.NONE,
            300,
            300);

    public AdmissionSettings {
        enabled = Set.copyOf(enabled);
        disabled = Set.copyOf(disabled);
        Objects.requireNonNull(podSecurity, "podSecurity is null");
        Objects.requireNonNull(quotaLimits, "quotaLimits is null");
        Objects.requireNonNull(optional, "optional is null");
        for (String name : enabled) known("enable-admission-plugins", name);
        for (String name : disabled) known("disable-admission-plugins", name);
        for (String name : enabled) {
            if (disabled.contains(name)) {
                throw new IllegalArgumentException(
                        "[" + name + "] in enable-admission-plugins and disable-admission-plugins overlapped");
            }
        }
    }

    private static void known(String flag, String name) {
        if (!AdmissionChain.NAMES.contains(name)) {
            throw new IllegalArgumentException(flag + " plugin \"" + name + "\" is unknown");
        }
    }

    public AdmissionSettings withPlugins(Set<String> on, Set<String> off) {
        return new AdmissionSettings(
                on,
                off,
                podSecurity,
                quotaLimits,
                optional,
                mutatingUsers,
                validatingUsers,
                notReadySeconds,
                unreachableSeconds);
    }

    public AdmissionSettings withPodSecurity(PodSecurityConfiguration configuration) {
        return new AdmissionSettings(
                enabled,
                disabled,
                configuration,
                quotaLimits,
                optional,
                mutatingUsers,
                validatingUsers,
                notReadySeconds,
                unreachableSeconds);
    }

    public AdmissionSettings withQuotaLimits(QuotaLimits limits) {
        return new AdmissionSettings(
                enabled,
                disabled,
                podSecurity,
                limits,
                optional,
                mutatingUsers,
                validatingUsers,
                notReadySeconds,
                unreachableSeconds);
    }

    public AdmissionSettings withTolerations(long notReady, long unreachable) {
        return new AdmissionSettings(
                enabled,
                disabled,
                podSecurity,
                quotaLimits,
                optional,
                mutatingUsers,
                validatingUsers,
                notReady,
                unreachable);
    }

    public AdmissionSettings withOptional(OptionalSettings settings) {
        return new AdmissionSettings(
                enabled,
                disabled,
                podSecurity,
                quotaLimits,
                settings,
                mutatingUsers,
                validatingUsers,
                notReadySeconds,
                unreachableSeconds);
    }

    public AdmissionSettings withMutatingUsers(HookUsers users) {
        return new AdmissionSettings(
                enabled,
                disabled,
                podSecurity,
                quotaLimits,
                optional,
                users,
                validatingUsers,
                notReadySeconds,
                unreachableSeconds);
    }

    public AdmissionSettings withValidatingUsers(HookUsers users) {
        return new AdmissionSettings(
                enabled,
                disabled,
                podSecurity,
                quotaLimits,
                optional,
                mutatingUsers,
                users,
                notReadySeconds,
                unreachableSeconds);
    }

    /** Whether a step runs. */
    boolean runs(String name, boolean byDefault) {
        return !disabled.contains(name) && (byDefault || enabled.contains(name));
    }
}
