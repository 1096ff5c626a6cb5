/** Owns the English texts of opening a wallet, signing in, and the rehearsal without network. */

export const enOnboarding = {
  'open.title': 'Open a wallet',
  'open.lead': 'Whoever you pay or ask sees this name and place.',
  'open.name': 'Your name or your shop’s',
  'open.city': 'Town or stop',
  'open.currency': 'Currency',
  'open.currency-hint': 'What prices are written in where you are.',
  'open.name-missing': 'Enter a name.',
  'open.city-missing': 'Enter a place.',

  'passkey.title': 'Your phone is the key',
  'passkey.lead':
    'Instead of a password this phone keeps a passkey. Each payment is signed with it: your fingerprint, your face or the PIN of your screen lock.',
  'passkey.stays': 'Fingerprint and face never leave the phone.',
  'passkey.make': 'Make the passkey',
  'passkey.send-again': 'Send again',
  'passkey.unsent': 'No answer came. Your passkey is made, and waits on this page.',
  'passkey.unsent-next': 'Keep this page open, and send again when there is a network.',
  'passkey.late': 'The server did not confirm your wallet in time. No money has moved.',
  'passkey.late-next':
    'Make the passkey again. If the first one did arrive, you can also sign in with it.',
  'passkey.waiting': 'Follow what your phone asks…',
  'passkey.none':
    'This browser cannot make passkeys. Open this page in the phone’s own browser, such as Chrome or Safari.',

  'signin.title': 'Welcome back',
  'signin.lead':
    'Sign in with the passkey of your wallet. Money and past payments come from the server; promises stay on the phone they were made on.',
  'signin.go': 'Sign in with passkey',
  'signin.new': 'I have no wallet yet',

  'rehearsal.title': 'Try it without network',
  'rehearsal.lead':
    'Some passkeys only work online. Find out now, not in front of a stall: two steps, nothing is paid.',
  'rehearsal.step-plane': 'Switch on airplane mode, and Wi-Fi off.',
  'rehearsal.step-touch': 'Touch the button and approve as you would a payment.',
  'rehearsal.waiting': 'The network is still on',
  'rehearsal.off': 'The network is off. Now try.',
  'rehearsal.try': 'Approve without network',
  'rehearsal.later': 'Later',
  'rehearsal.works': 'It works',
  'rehearsal.works-text':
    'This phone can pay without network. Switch airplane mode off again whenever you like.',
  'rehearsal.failed': 'That did not work',
  'rehearsal.failed-text':
    'You cancelled, or this passkey needs the network. Try once more; if it fails again, pay only while online.',
  'rehearsal.online-only': 'Pay only while online',
  'rehearsal.identity-missing':
    'The server’s keys are not on this phone yet. Be online for a moment first.',
} as const;
