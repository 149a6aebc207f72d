package io.k8j.junit;

import io.k8j.server.KubeconfigFile;

/**
 * How the administrator reaches a cluster from outside.
 *
 * @param url address of the API server
 * @param authorityPem certificate of the authority that signed the server's
 */
record Access(String url, String authorityPem, String token) {
    /** The same as a file for clients, whose context has a namespace. */
    String kubeconfig(String namespace) {
        return KubeconfigFile.renderWithToken(url, authorityPem, token)
                .replace("    cluster: default\n", "    cluster: default\n    namespace: " + namespace + "\n");
    }
}
