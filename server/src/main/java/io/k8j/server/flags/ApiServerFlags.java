package io.k8j.server.flags;

import java.util.List;
import java.util.stream.Stream;

/** All of kube-apiserver's flags that {@code --kube-apiserver-arg} passes through. */
public final class ApiServerFlags {
    public static final String OPTION = "--kube-apiserver-arg";

    /** Who asks. */
    public static final List<Flag> AUTHENTICATION = List.of(
            new Flag("anonymous-auth", FlagType.SWITCH),
            new Flag("api-audiences", FlagType.LIST),
            new Flag("authentication-config", FlagType.TEXT),
            new Flag("authentication-token-webhook-cache-ttl", FlagType.DURATION),
            new Flag("authentication-token-webhook-config-file", FlagType.TEXT),
            new Flag("authentication-token-webhook-version", FlagType.TEXT),
            new Flag("enable-bootstrap-token-auth", FlagType.SWITCH),
            new Flag("oidc-ca-file", FlagType.TEXT),
            new Flag("oidc-client-id", FlagType.TEXT),
            new Flag("oidc-groups-claim", FlagType.TEXT),
            new Flag("oidc-groups-prefix", FlagType.TEXT),
            new Flag("oidc-issuer-url", FlagType.TEXT),
            new Flag("oidc-required-claim", FlagType.MAP),
            new Flag("oidc-signing-algs", FlagType.LIST),
            new Flag("oidc-username-claim", FlagType.TEXT),
            new Flag("oidc-username-prefix", FlagType.TEXT),
            new Flag("requestheader-allowed-names", FlagType.LIST),
            new Flag("requestheader-client-ca-file", FlagType.TEXT),
            new Flag("requestheader-extra-headers-prefix", FlagType.LIST),
            new Flag("requestheader-group-headers", FlagType.LIST),
            new Flag("requestheader-uid-headers", FlagType.LIST),
            new Flag("requestheader-username-headers", FlagType.LIST),
            new Flag("service-account-extend-token-expiration", FlagType.SWITCH),
            new Flag("service-account-issuer", FlagType.REPEATED),
            new Flag("service-account-jwks-uri", FlagType.TEXT),
            new Flag("service-account-key-file", FlagType.REPEATED),
            new Flag("service-account-max-token-expiration", FlagType.DURATION),
            new Flag("service-account-signing-key-file", FlagType.TEXT),
            new Flag("token-auth-file", FlagType.TEXT));

    /** Who may do what. */
    public static final List<Flag> AUTHORIZATION = List.of(
            new Flag("authorization-config", FlagType.TEXT),
            new Flag("authorization-mode", FlagType.LIST),
            new Flag("authorization-webhook-cache-authorized-ttl", FlagType.DURATION),
            new Flag("authorization-webhook-cache-unauthorized-ttl", FlagType.DURATION),
            new Flag("authorization-webhook-config-file", FlagType.TEXT),
            new Flag("authorization-webhook-version", FlagType.TEXT));

    /** How the server is operated. */
    public static final List<Flag> OPERATION = List.of(
            new Flag("encryption-provider-config", FlagType.TEXT),
            new Flag("encryption-provider-config-automatic-reload", FlagType.SWITCH),
            new Flag("max-requests-inflight", FlagType.NUMBER),
            new Flag("max-mutating-requests-inflight", FlagType.NUMBER),
            new Flag("enable-priority-and-fairness", FlagType.SWITCH),
            new Flag("request-timeout", FlagType.DURATION),
            new Flag("min-request-timeout", FlagType.NUMBER),
            new Flag("shutdown-delay-duration", FlagType.DURATION),
            new Flag("goaway-chance", FlagType.TEXT),
            new Flag("audit-policy-file", FlagType.TEXT),
            new Flag("authorization-policy-file", FlagType.TEXT),
            new Flag("audit-log-path", FlagType.TEXT),
            new Flag("audit-log-maxage", FlagType.NUMBER),
            new Flag("audit-log-maxbackup", FlagType.NUMBER),
            new Flag("audit-log-maxsize", FlagType.NUMBER),
            new Flag("audit-log-format", FlagType.TEXT),
            new Flag("audit-log-compress", FlagType.SWITCH),
            new Flag("audit-webhook-config-file", FlagType.TEXT),
            new Flag("audit-webhook-initial-backoff", FlagType.DURATION));

    /** How events reach a sink of the audit log. */
    public static final List<Flag> AUDIT_SINKS = Stream.of("audit-log-", "audit-webhook-")
            .flatMap(sink -> Stream.of(
                    new Flag(sink + "mode", FlagType.TEXT),
                    new Flag(sink + "batch-buffer-size", FlagType.NUMBER),
                    new Flag(sink + "batch-max-size", FlagType.NUMBER),
                    new Flag(sink + "batch-max-wait", FlagType.DURATION),
                    new Flag(sink + "batch-throttle-enable", FlagType.SWITCH),
                    new Flag(sink + "batch-throttle-qps", FlagType.TEXT),
                    new Flag(sink + "batch-throttle-burst", FlagType.NUMBER),
                    new Flag(sink + "truncate-enabled", FlagType.SWITCH),
                    new Flag(sink + "truncate-max-batch-size", FlagType.NUMBER),
                    new Flag(sink + "truncate-max-event-size", FlagType.NUMBER)))
            .toList();

    /** What is changed or refused before it is stored. */
    public static final List<Flag> ADMISSION = List.of(
            new Flag("admission-control-config-file", FlagType.TEXT),
            new Flag("default-not-ready-toleration-seconds", FlagType.NUMBER),
            new Flag("default-unreachable-toleration-seconds", FlagType.NUMBER),
            new Flag("disable-admission-plugins", FlagType.LIST),
            new Flag("enable-admission-plugins", FlagType.LIST));

    /** Which features are on and which group versions are served. */
    public static final List<Flag> ENABLEMENT =
            List.of(new Flag("feature-gates", FlagType.MAP), new Flag("runtime-config", FlagType.OPTIONAL_MAP));

    /** Each area adds its list here. */
    public static final List<Flag> ALL = Stream.of(
                    AUTHENTICATION, AUTHORIZATION, ADMISSION, OPERATION, AUDIT_SINKS, ENABLEMENT)
            .flatMap(List::stream)
            .toList();

    private ApiServerFlags() {}

    /** @throws IllegalArgumentException in one sentence, if a name is unknown or a value has the wrong form */
    public static FlagValues parse(List<String> arguments) {
        return FlagValues.parse(OPTION, arguments, ALL);
    }
}
