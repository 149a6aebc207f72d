package io.k8j.apiserver.authn;

import io.k8j.apiserver.spi.UserInfo;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Optional;

/** Users by a fixed list of tokens. */
public final class StaticTokens implements Authenticator {
    private final Map<String, UserInfo> users;

    /** @param users by token */
    public StaticTokens(Map<String, UserInfo> users) {
        this.users = Map.copyOf(users);
    }

    @Override
    public Optional<UserInfo> authenticate(Credentials credentials) {
        if (credentials.bearerToken() == null) {
            return Optional.empty();
        }
        byte[] presented = credentials.bearerToken().getBytes(StandardCharsets.UTF_8);
        UserInfo found = null;
        for (Map.Entry<String, UserInfo> entry : users.entrySet()) {
            // All are compared, each in constant time, so that timing tells nothing about the tokens.
            if (MessageDigest.isEqual(presented, entry.getKey().getBytes(StandardCharsets.UTF_8))) {
                found = entry.getValue();
            }
        }
        return Optional.ofNullable(found);
    }
}
