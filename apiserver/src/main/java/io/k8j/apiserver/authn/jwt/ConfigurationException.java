package io.k8j.apiserver.authn.jwt;

/** A configuration file that cannot be used; the message is one sentence that says why. */
public final class ConfigurationException extends Exception {
    private static final long serialVersionUID = 1;

    public ConfigurationException(String message) {
        super(message);
    }

    public ConfigurationException(String message, Throwable cause) {
        super(message, cause);
    }
}
