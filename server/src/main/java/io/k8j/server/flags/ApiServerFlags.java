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
            new Flag("service-account-issuer", FlagType.REPEATED));

    /** How the server is operated. */
    public static final List<Flag> OPERATION = List.of(
            new Flag("encryption-provider-config", FlagType.TEXT),
            new Flag("encryption-provider-config-automatic-reload", FlagType.SWITCH));

    /** Each area adds its list here. */
    public static final List<Flag> ALL =
            Stream.of(AUTHENTICATION, OPERATION).flatMap(List::stream).toList();

    private ApiServerFlags() {}

    /** @throws IllegalArgumentException in one sentence, if a name is unknown or a value has the wrong form */
    public static FlagValues parse(List<String> arguments) {
        return FlagValues.parse(OPTION, arguments, ALL);
    }
}
