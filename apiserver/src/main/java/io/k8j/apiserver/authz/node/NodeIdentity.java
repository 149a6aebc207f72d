package io.k8j.apiserver.authz.node;

import io.k8j.apiserver.spi.UserInfo;

/** Tells kubelets from other users. */
public final class NodeIdentity {
    private static final String GROUP = "system:nodes";
    private static final String PREFIX = "system:node:";

    private NodeIdentity() {}

    /**
     * Name of the node whose kubelet this user is; null if the user is no kubelet, empty if it has a kubelet's group and
     * prefix but no name.
     */
    public static String nodeOf(UserInfo user) {
        if (!user.name().startsWith(PREFIX) || !user.groups().contains(GROUP)) {
            return null;
        }
        return user.name().substring(PREFIX.length());
    }
}
