/**
 * Users by JSON web tokens of other issuers (OpenID Connect): {@link
 * io.k8j.apiserver.authn.jwt.AuthenticationConfiguration} is read and checked, {@link
 * io.k8j.apiserver.authn.jwt.IssuerKeys} fetches an issuer's keys, {@link io.k8j.apiserver.authn.jwt.JwtIssuer} checks a
 * token and makes a user of its claims, {@link io.k8j.apiserver.authn.jwt.JwtTokens} asks all issuers and takes over
 * changes of the file.
 */
package io.k8j.apiserver.authn.jwt;
