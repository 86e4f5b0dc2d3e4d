// Stops an environment through `openapi-fetch`, with the types that `openapi-typescript` made of `/openapi.json` in schema.ts.
//
// KEYRACK_URL, KEYRACK_EMAIL and KEYRACK_PASSWORD name the server and its throw-away account.

import createClient from 'openapi-fetch'
import type { paths } from './schema.js'

declare const process: { env: Record<string, string | undefined> }

const env = (name: string): string => {
  const value = process.env[name]
  if (value === undefined) throw new Error(`${name} is not set`)
  return value
}
const [url, login, password] = [env('KEYRACK_URL'), env('KEYRACK_EMAIL'), env('KEYRACK_PASSWORD')]

/** The answer of a call that was done; its `result` is 0, which tells the compiler which fields there are. */
function done<Answer extends { result: number }>(answer: Answer | undefined): Extract<Answer, { result: 0 }> {
  if (answer?.result !== 0) throw new Error(JSON.stringify(answer))
  return answer as Extract<Answer, { result: 0 }>
}

const client = (credential?: string) =>
  createClient<paths>({ baseUrl: url, headers: credential ? { Authorization: `Bearer ${credential}` } : {} })

const anyone = client()
const { session } = done(
  (await anyone.POST('/1.0/users/authentication/rest/signin', { body: { login, password } })).data,
)

const owner = client(session)
const made = done(
  (
    await owner.POST('/1.0/environment/control/rest/createenvironment', {
      body: {
        env: { shortdomain: 'typed' },
        nodes: [{ nodeGroup: 'cp', docker: { image: 'keyrack/web:2' } }],
      },
    })
  ).data,
)
if (made.response.env.envName !== 'typed') throw new Error(JSON.stringify(made))

const { token } = done(
  (
    await owner.POST('/1.0/users/authentication/rest/createtoken', {
      body: { description: 'Typed', apiList: ['environment.control.StopEnv', 'environment.control.GetEnvs'], password },
    })
  ).data,
)

const script = client(token.key)
const listed = done((await script.GET('/1.0/environment/control/rest/getenvs')).data)
if (!listed.infos.some(info => info.env.envName === 'typed')) throw new Error(JSON.stringify(listed))
done((await script.POST('/1.0/environment/control/rest/stopenv', { body: { envName: 'typed' } })).data)
const missing = (await script.POST('/1.0/environment/control/rest/stopenv', { body: { envName: 'no-such' } })).data
if (missing?.result === 0 || !missing?.error.includes('no-such')) throw new Error(JSON.stringify(missing))
console.log('an environment stopped')
