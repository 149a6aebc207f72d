package io.k8j.junit;

import io.k8j.server.certs.KeyAndCertificate;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

/** The one key of a server. A key store would encrypt it, for longer than all the rest of the server's start takes. */
final class OwnKey extends X509ExtendedKeyManager {
    private static final String ALIAS = "server";

    private final KeyAndCertificate own;

    OwnKey(KeyAndCertificate own) {
        this.own = own;
    }

    private boolean is(String keyType) {
        return own.key().getAlgorithm().equals(keyType);
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
        return is(keyType) ? new String[] {ALIAS} : null;
    }

    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        return is(keyType) ? ALIAS : null;
    }

    @Override
    public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
        return is(keyType) ? ALIAS : null;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return own.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return own.key();
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
        return null; // a server only
    }

    @Override
    public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
        return null;
    }
}
