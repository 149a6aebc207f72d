package io.k8j.client.https;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

/** Shows the client certificate that a program gives out, for each connection the one that is valid then. Thread-safe. */
public final class ExecKeys extends X509ExtendedKeyManager {
    private final ExecCredentials credentials;
    private ExecCredentials.Given known; // guarded by this
    private X509ExtendedKeyManager keys; // guarded by this; null if there is no certificate

    public ExecKeys(ExecCredentials credentials) {
        this.credentials = credentials;
    }

    private synchronized X509ExtendedKeyManager keys() {
        ExecCredentials.Given now = credentials.current();
        if (now == known) return keys;
        try {
            KeyManager[] made = TlsContexts.keys(now.certificate(), now.key());
            keys = made == null ? null : (X509ExtendedKeyManager) made[0];
            known = now;
            return keys;
        } catch (GeneralSecurityException | IOException e) {
            throw new UncheckedIOException(
                    new IOException("failed parsing client key/certificate: " + e.getMessage(), e));
        }
    }

    @Override
    public String chooseEngineClientAlias(String[] types, Principal[] issuers, SSLEngine engine) {
        X509ExtendedKeyManager now = keys();
        return now == null ? null : now.chooseEngineClientAlias(types, issuers, engine);
    }

    @Override
    public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
        X509ExtendedKeyManager now = keys();
        return now == null ? null : now.chooseClientAlias(types, issuers, socket);
    }

    @Override
    public String[] getClientAliases(String type, Principal[] issuers) {
        X509ExtendedKeyManager now = keys();
        return now == null ? null : now.getClientAliases(type, issuers);
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        X509ExtendedKeyManager now = keys();
        return now == null ? null : now.getCertificateChain(alias);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        X509ExtendedKeyManager now = keys();
        return now == null ? null : now.getPrivateKey(alias);
    }

    @Override
    public String[] getServerAliases(String type, Principal[] issuers) {
        return null; // it is a client's
    }

    @Override
    public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
        return null;
    }
}
